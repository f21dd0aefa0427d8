"""What does `lint-imports` say of a project, with the context map as its contract?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

Broken = set[tuple[str, str, int]]


@dataclass(frozen=True)
class Said:
    """Whether the contract was kept, which imports broke it (importer, imported, line), and the whole text."""

    kept: bool
    broken: Broken
    text: str


def lint_imports(folder: Path, *options: str, path: Path | None = None) -> Said:
    """Run it in a folder; `path` is where the packages lie, if not there."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", *options]
    # In a narrow terminal it would break the lines.
    environment = {**os.environ, "COLUMNS": "500", **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    found = re.findall(r"^- (\S+) -> (\S+) \((.*)\)$", done.stdout, re.MULTILINE)
    broken = {(a, b, int(line[2:])) for a, b, lines in found for line in lines.split(", ")}
    return Said(done.returncode == 0, broken, done.stdout + done.stderr)
