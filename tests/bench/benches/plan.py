"""How long does somebody wait for a plan of one context of a project of more than 4,000 modules?

From its source alone, after a first plan has filled the cache; the context is one of 48 that all use each other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.large_project import write_large_project
from tests.bench.measure import interleaved
from tests.bench.place import Place
from tests.bench.report import Row

_ROUNDS = 3
_CONTEXT = "orders"


def run(place: Place) -> list[Row]:
    """The row of the generated project."""
    project = place.folder / "planned"
    write_large_project(project)
    _call(project, "init", "--write")
    # The first round, which is not counted, fills the cache.
    seconds = interleaved(
        {"plan": lambda: _call(project, "extract", _CONTEXT, "plan", "--static")}, rounds=_ROUNDS
    )["plan"]
    modules = sum(1 for _ in project.rglob("*.py"))
    return [Row("plan_seconds_warm", seconds, "s", 10.0, "lower", f"nothing: a project of {modules} modules")]


def _call(project: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "boundaries", *words], cwd=project, check=True, capture_output=True,
        env={**os.environ, "XDG_CACHE_HOME": str(project.parent / "plan-cache")},
    )  # fmt: skip
