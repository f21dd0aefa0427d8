"""Does the linter find what somebody who read foreign projects knows to be there, and nothing that is not?

The truth of a project (`<project>.toml`) was written down from its source alone, without asking the linter: an
entry that it misses is a fault of the linter, and is not mended here unless the entry is wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
KIT = HERE.parents[2] / "boundaries"
PROJECTS = sorted(path.stem for path in HERE.glob("*.toml"))
KINDS = (
    "import", "relation", "inheritance", "generic", "lookup", "reverse", "get_model", "signal", "task", "sql",
    "migration", "url", "template", "setting",
)  # fmt: skip
NEWEST_PYTHON = "3.14"
LINES_APART = 2
RECALL_WANTED = 0.95

Row = dict[str, Any]


@dataclass(frozen=True)
class Coupling:
    """One place that somebody read, and what it couples to what. Paths are relative to the unpacked wheel."""

    kind: str
    path: str
    line: int
    source: str
    target: str
    to: str
    note: str
    also: tuple[str, ...] = ()
    statement: tuple[int, int] | None = None

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last line where it may be reported."""
        first, last = self.statement or (self.line, self.line)
        return min(first, self.line - LINES_APART), max(last, self.line + LINES_APART)

    def is_found_by(self, row: Row) -> bool:
        """Whether a reported row is this one."""
        first, last = self.window
        return (
            row["kind"] in (self.kind, *self.also)
            and row["path"] == self.path
            and first <= row["line"] <= last
            and (row["source_context"], row["target_context"]) == (self.source, self.target)
        )

    def is_mistaken_for(self, other: Coupling) -> bool:
        """Whether one row could be taken for both."""
        same = (self.kind, self.path, self.source, self.target) == (
            other.kind,
            other.path,
            other.source,
            other.target,
        )
        return same and self.window[0] <= other.window[1] and other.window[0] <= self.window[1]


@dataclass(frozen=True)
class Trap:
    """One place that looks like a coupling of that kind between these contexts, and is none of any kind."""

    kind: str
    path: str
    line: int
    source: str
    target: str
    why: str

    def is_sprung_by(self, row: Row) -> bool:
        """Whether a reported row takes it for a coupling."""
        reported = (row["path"], row["line"], row["source_context"], row["target_context"])
        return reported == (self.path, self.line, self.source, self.target)


@dataclass(frozen=True)
class Truth:
    """What is known of one version of one project."""

    distribution: str
    version: str
    contexts: dict[str, str]
    couplings: tuple[Coupling, ...]
    traps: tuple[Trap, ...]
    settings: str | None = None
    loaders: tuple[str, ...] = ()

    def unpack(self, folder: Path) -> Path:
        """Fetch exactly this version from the package index and unpack it, without anything that it needs."""
        wheels = folder / "wheels"
        options = ("--no-deps", "--only-binary=:all:", "--python-version", NEWEST_PYTHON, "--dest", wheels)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", *options)
        subprocess.run([*pip, f"{self.distribution}=={self.version}"], check=True)
        (wheel,) = wheels.iterdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "unpacked")
        return folder / "unpacked"

    def context_map(self, root: Path) -> str:
        """A map with one context per app, for a file that may lie anywhere."""
        tables = [f"root = {json.dumps(str(root))}"]
        if self.settings:
            tables.append(f'settings = "{self.settings}"')
        if self.loaders:
            tables.append(f"[check]\nloaders = {json.dumps(self.loaders)}")
        tables += [
            f"[contexts.{name}]\npackages = {json.dumps([package])}"
            for name, package in self.contexts.items()
        ]
        return "\n".join(tables) + "\n"


def read_truth(project: str) -> Truth:
    """The truth of a project; an unknown key is an error."""
    values = tomllib.loads((HERE / f"{project}.toml").read_text(encoding="utf-8"))
    couplings = tuple(
        Coupling(**entry | {key: tuple(entry[key]) for key in ("also", "statement") if key in entry})
        for entry in values.pop("couplings")
    )
    traps = tuple(Trap(**entry) for entry in values.pop("traps"))
    return Truth(**values, couplings=couplings, traps=traps)


@pytest.fixture(scope="module", params=PROJECTS)
def truth(request: pytest.FixtureRequest) -> Truth:
    return read_truth(request.param)


@pytest.fixture(scope="module")
def root(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's source, as its wheel brings it."""
    return truth.unpack(tmp_path_factory.mktemp(truth.distribution))


class TestTruth:
    def test_holds_enough_of_each_to_judge_by(self, truth: Truth) -> None:
        kinds = Counter(coupling.kind for coupling in truth.couplings)

        assert len(truth.couplings) >= 60
        assert len(truth.traps) >= 20
        assert kinds["import"] <= 20
        assert len(kinds) >= 9

    def test_is_of_a_project_that_the_kit_does_not_know(self, truth: Truth) -> None:
        sources = (path for path in KIT.rglob("*") if path.suffix in {".py", ".html", ".sql", ".tmpl"})

        assert [path for path in sources if truth.distribution in path.read_text("utf-8").lower()] == []

    def test_speaks_of_declared_contexts_and_known_kinds(self, truth: Truth) -> None:
        for entry in (*truth.couplings, *truth.traps):
            assert entry.source in truth.contexts
            assert entry.target in truth.contexts
            assert entry.source != entry.target
            assert entry.kind in KINDS

    def test_counts_no_place_twice_and_sets_no_trap_on_a_coupling(self, truth: Truth) -> None:
        twice = [pair for pair in combinations(truth.couplings, 2) if pair[0].is_mistaken_for(pair[1])]
        trapped = [
            (trap, coupling)
            for trap in truth.traps
            for coupling in truth.couplings
            if (trap.path, trap.line, trap.source, trap.target)
            == (coupling.path, coupling.line, coupling.source, coupling.target)
        ]

        assert twice == []
        assert trapped == []
        assert len(set(truth.traps)) == len(truth.traps)


@pytest.mark.nightly
@pytest.mark.timeout(900)
class TestLinter:
    def test_finds_what_is_there_and_nothing_that_is_not(
        self, truth: Truth, root: Path, tmp_path: Path
    ) -> None:
        rows = report(truth, root, tmp_path / "boundaries.toml")

        missed = [entry for entry in truth.couplings if not any(entry.is_found_by(row) for row in rows)]
        sprung = [(trap, row) for trap in truth.traps for row in rows if trap.is_sprung_by(row)]
        print(recall_table(truth, missed))

        assert sprung == []
        assert 1 - len(missed) / len(truth.couplings) >= RECALL_WANTED, "\n".join(map(str, missed))

    def test_is_asked_about_lines_that_exist(self, truth: Truth, root: Path) -> None:
        for entry in (*truth.couplings, *truth.traps):
            lines = (root / entry.path).read_text(encoding="utf-8").splitlines()
            assert lines[entry.line - 1].strip(), entry


def report(truth: Truth, root: Path, context_map: Path) -> list[Row]:
    """All couplings that the command reports on a project of which nothing is installed."""
    assert find_spec(truth.distribution) is None
    context_map.write_text(truth.context_map(root), encoding="utf-8")
    command = Path(sys.executable).with_name("boundaries")
    arguments = ("couplings", "--format", "json", "--no-cache", "--config", context_map)
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["couplings"])


def recall_table(truth: Truth, missed: list[Coupling]) -> str:
    """Found and known couplings by kind."""
    known, lost = Counter(entry.kind for entry in truth.couplings), Counter(entry.kind for entry in missed)
    figures = {kind: (known[kind] - lost[kind], known[kind]) for kind in KINDS if known[kind]}
    figures["all"] = (len(truth.couplings) - len(missed), len(truth.couplings))
    lines = [f"{truth.distribution} {truth.version}"]
    lines += [f"{kind:12}{found:5} of {all_:4}{found / all_:8.1%}" for kind, (found, all_) in figures.items()]
    return "\n".join(lines)
