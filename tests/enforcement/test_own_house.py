"""Does this repository keep its own rules?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from boundaries.contexts.map import load_map
from boundaries.enforcement.baseline import Baseline, read_baseline
from boundaries.enforcement.check import run_check

ROOT = Path(__file__).resolve().parents[2]


class TestThisRepository:
    def test_keeps_the_map_of_its_monolith_with_an_empty_baseline(self) -> None:
        context_map = load_map(ROOT / "pyproject.toml")

        result = run_check(context_map)

        assert result.new == ()
        assert read_baseline(context_map) == Baseline()
        assert result.couplings > 0

    def test_keeps_its_rooms_looking_left(self) -> None:
        command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]

        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout
