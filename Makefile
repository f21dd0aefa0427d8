PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BOOKINGS ?= 100000
SEED   ?= 1
CYCLES ?= 100

# Two workers: most tests wait for processes. A folder of tests stays with one of them.
SIDE_BY_SIDE := --numprocesses 2 --dist loadgroup

# A stamp per set of packages: it is written last, so a half-built .venv is built again.
BASE_STAMP := $(VENV)/.rehearse
TEST_STAMP := $(VENV)/.test

.PHONY: help install rehearse test nightly lint bench chaos screenshots clean

help:                    ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 14

install: $(BASE_STAMP)   ## create .venv with what a rehearsal needs

$(BASE_STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv module: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/pip || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[rehearse]'
	@touch $@

$(TEST_STAMP): $(BASE_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

rehearse: $(BASE_STAMP)  ## extract payments from the running monolith, under traffic, and report
	@$(BIN)/python -m boundaries.testing.servers --clusters monolith,payments --redis -- \
	  $(BIN)/boundaries extract payments rehearse --bookings $(BOOKINGS) --seed $(SEED)

test: $(TEST_STAMP)      ## what a contributor runs: real PostgreSQL, real Redis, under ten minutes
	@$(BIN)/python -m pytest tests $(SIDE_BY_SIDE) -m "not nightly and not browser"
	@$(BIN)/python -m pytest tests/monolith monolith --ds=tests.monolith.settings --numprocesses 2 --dist loadfile

nightly: $(TEST_STAMP)   ## the long suites
	@$(BIN)/python -m pytest tests $(SIDE_BY_SIDE) -m "not browser and not alone"
	@$(BIN)/python -m pytest tests -m alone
	@$(BIN)/python -m pytest tests/monolith monolith --ds=tests.monolith.settings --numprocesses 2 --dist loadfile

lint: $(TEST_STAMP)      ## ruff, mypy, the look-left contract, the context map of the monolith
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/boundaries check

bench: $(TEST_STAMP)     ## ratios measured side by side, into var/bench/report.json
	@$(BIN)/python -m tests.bench

chaos: $(TEST_STAMP)      ## break the move at every point, again and again (CYCLES=, SEED=), into var/chaos/report.json
	@$(BIN)/python -m tests.chaos --cycles $(CYCLES) --seed $(SEED)

screenshots: $(TEST_STAMP)  ## a picture of every page, into var/screenshots/
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest tests/browser -m browser

clean:                   ## remove .venv and var/
	rm -rf $(VENV) var
