"""How is a small rehearsal run, on a copy of the checkout whose map may ask for trouble?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.strangler.rehearsal.copy import copy_tree

ROOT = Path(__file__).parents[2]
BOOKINGS = 2_000
MOST_SECONDS = 540
_HIDDEN = ("DJANGO", "DATABASE", "BOUNDARIES_", "REDIS", "PAYMENTS_", "MONOLITH_", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How the command ended, and the report that it wrote."""

    code: int
    output: str
    report: dict[str, Any]

    def figure(self, path: str) -> Any:
        """The value at a dotted path of the report."""
        value: Any = self.report
        for name in path.split("."):
            value = value[name]
        return value

    @property
    def red(self) -> set[str]:
        """The checks that are not good."""
        return {check["name"] for check in self.report["checks"] if not check["ok"]}


def rehearse(folder: Path, **changed: str) -> Rehearsed:
    """Run what `make rehearse` runs; `changed` replaces lines of the map's rehearsal table by others."""
    tree = folder / "checkout"
    copy_tree(ROOT, tree)
    _change_map(tree / "pyproject.toml", changed)
    boundaries = [sys.executable, "-m", "boundaries"]
    command = [
        *(sys.executable, "-m", "boundaries.testing.servers", "--clusters", "monolith,payments", "--redis", "--"),
        *(*boundaries, "extract", "payments", "rehearse", "--bookings", str(BOOKINGS), "--seed", "1"),
    ]  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    done = subprocess.run(
        command, cwd=tree, env={**inherited, "PYTHONPATH": str(tree)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=MOST_SECONDS, check=False,
    )  # fmt: skip
    report = tree / "var" / "rehearsal" / "report.json"
    assert report.exists(), done.stdout[-3000:]
    return Rehearsed(done.returncode, done.stdout, json.loads(report.read_text()))


def _change_map(path: Path, changed: dict[str, str]) -> None:
    text = path.read_text()
    for key, line in changed.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", lambda _, line=line: line, text)
        assert count == 1, f"{key} is {count} times in the map"
    path.write_text(text)
