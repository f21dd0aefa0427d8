"""How long does `boundaries check` take where nothing is cached?"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.measure import Work, ratio_of
from tests.bench.place import ROOT, Place
from tests.bench.report import Row

CONTRACT = """
[importlinter]
root_package = monolith

[importlinter:contract:doors]
name = Bookings and payments meet at their doors
type = forbidden
source_modules = monolith.bookings
forbidden_modules = monolith.payments.local
allow_indirect_imports = True
"""


def run(place: Place) -> list[Row]:
    """The processor time of a cold check of the monolith over a cold run of import-linter on the same tree."""
    config = place.folder / "importlinter.ini"
    config.write_text(CONTRACT)
    # `lint-imports` ends the process itself; the console scripts are called as modules to be found in any environment.
    linter = "from importlinter.cli import lint_imports_command as main; main()"
    theirs = [sys.executable, "-c", linter, "--config", str(config), "--no-cache"]
    ours = [sys.executable, "-m", "boundaries", "check", "--no-cache"]
    ratio = ratio_of(lambda: _check(ours), lambda: _check(theirs), rounds=3, cost=_cpu_of_children)
    return [Row("lint_cold_ratio", ratio, "x", 3.0, "lower", "import-linter without cache, one contract")]


def _check(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr


def _cpu_of_children(work: Work) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
