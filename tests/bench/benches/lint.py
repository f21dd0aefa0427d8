"""How much processor time does `boundaries check` take beside import-linter with the contract that the map makes?

On a generated project of more than 4,000 modules and on two real ones. Both check the same map; children count too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import load_map
from boundaries.enforcement.linter import root_packages
from tests.bench.large_project import write_large_project
from tests.bench.measure import Work, cpu_of_children, interleaved
from tests.bench.place import Place
from tests.bench.report import Row
from tests.enforcement.strangers.project import STRANGERS, fetch

# `lint-imports` ends the process itself; the console scripts are called as modules to be found in any environment.
_LINT_IMPORTS = (sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()")
_CHECK = (sys.executable, "-m", "boundaries", "check", "--config", "boundaries.toml")
_CONFIG = """\
[tool.importlinter]
root_packages = {roots}
exclude_type_checking_imports = true
contract_types = ["boundaries: boundaries.enforcement.contract.ContextContract"]

[[tool.importlinter.contracts]]
name = "Contexts meet at their doors"
type = "boundaries"
map = "boundaries.toml"
"""
_PEER = "import-linter, the map as its contract"
_REAL = ("pretix", "weblate")
_ROUNDS = 3


def run(place: Place) -> list[Row]:
    """The rows of the generated project, then those of the real ones."""
    generated = place.folder / "generated"
    write_large_project(generated)
    rows = _rows(Checkout(generated, place.folder / "cache"))
    for stranger in STRANGERS:
        if stranger.name in _REAL:
            project = fetch(stranger, place.folder)
            rows += _rows(Checkout(project, place.folder / f"cache-{stranger.name}"), f"_{stranger.name}")
    return rows


@dataclass(frozen=True)
class Checkout:
    """A project with a map of one open context for each app, and the same map for import-linter."""

    folder: Path
    cache: Path

    def __post_init__(self) -> None:
        self.call([sys.executable, "-m", "boundaries", "init", "--write"])
        roots = root_packages(load_map(self.folder / "boundaries.toml"))
        (self.folder / "pyproject.toml").write_text(_CONFIG.format(roots=json.dumps(roots)))

    def check(self, *options: str) -> None:
        """Run our check."""
        self.call([*_CHECK, *options])

    def lint_imports(self, *options: str) -> None:
        """Run theirs."""
        self.call([*_LINT_IMPORTS, *options])

    def check_touched(self, *options: str) -> None:
        """Run our check after every file was given a new age, as by a fresh checkout; touching itself costs us nothing."""
        for path in self.folder.rglob("*.py"):
            os.utime(path)
        self.check(*options)

    def peak_mb(self) -> float:
        """The memory of the largest process of a check without cache."""
        process = subprocess.Popen(
            [*_CHECK, "--no-cache"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss / 1024

    def call(self, command: Sequence[str]) -> None:
        """Run a command in the project to its end, whatever it finds."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stdout + done.stderr


def _rows(project: Checkout, suffix: str = "") -> list[Row]:
    keep = ("--cache-dir", str(project.cache))
    works: dict[str, Work] = {
        "their cold": lambda: project.lint_imports("--no-cache"),
        "our cold": lambda: project.check("--no-cache"),
        "their warm": project.lint_imports,
        "our warm": lambda: project.check(*keep),
    }
    costs = interleaved(works, rounds=_ROUNDS, cost=cpu_of_children)
    # Apart: for import-linter, whose cache goes by age, a touched project is a cold one.
    costs |= interleaved(
        {"touched": lambda: project.check_touched(*keep)}, rounds=_ROUNDS, cost=cpu_of_children
    )
    ratios = {
        "cold": (costs["our cold"] / costs["their cold"], 5.0, "both without cache"),
        "warm": (costs["our warm"] / costs["their warm"], 0.7, "both with cache"),
        "touched": (costs["touched"] / costs["their warm"], 0.7, "ours after every file was touched"),
    }
    return [
        *(
            Row(
                f"lint_{name}_ratio{suffix}",
                ratio,
                "x",
                bound,
                "lower",
                f"import-linter with the map's contract, {how}",
            )
            for name, (ratio, bound, how) in ratios.items()
        ),
        Row(
            f"lint_peak_mb{suffix}",
            project.peak_mb(),
            "MB",
            250.0,
            "lower",
            "the largest process of a cold check",
        ),
    ]
