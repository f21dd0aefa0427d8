"""Is a process really killed at the point that a test names, and is a miss an error?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from boundaries.testing.crash import Crash, FaultNotHit
from tests.testing.conftest import ROOT
from tests.testing.process import is_alive
from tests.waiting import wait_for

CrashAt = Callable[..., Crash]

# A name of its own, since the points in the kit's source belong to the crash suite.
PROGRAM = """\
import os, pathlib, subprocess, sys
from boundaries.faults import fault_point
child = subprocess.Popen(["sleep", "60"])
pathlib.Path(sys.argv[1], "pids").write_text(f"{os.getpid()} {child.pid}")
print("before", flush=True)
name = "testing.in_the_middle"
fault_point(name)
print("after", flush=True)
pathlib.Path(sys.argv[1], "passed").touch()
child.kill()
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    return [sys.executable, "-c", PROGRAM, str(tmp_path)]


class TestRunUntil:
    def test_kills_the_process_and_its_children_at_the_point(
        self, crash_at: CrashAt, program: list[str], tmp_path: Path
    ) -> None:
        crash = crash_at("testing.in_the_middle", program, cwd=ROOT)

        assert crash.output == "before\n"
        assert not (tmp_path / "passed").exists()
        left = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        wait_for(lambda: not any(map(is_alive, left)), what="the processes to be gone")

    def test_refuses_a_run_that_never_hits(
        self, crash_at: CrashAt, program: list[str], tmp_path: Path
    ) -> None:
        with pytest.raises(
            FaultNotHit, match=r"(?s)BD707: .*testing.misspelt.* exit code 0.*after"
        ) as caught:
            crash_at("testing.misspelt", program, cwd=ROOT)

        assert caught.value.point == "testing.misspelt"
        assert (tmp_path / "passed").exists()

    def test_refuses_a_run_that_takes_too_long(self, crash_at: CrashAt) -> None:
        with pytest.raises(FaultNotHit, match="still on its way"):
            crash_at("testing.never", ["sleep", "60"], timeout=0.2)

    def test_remembers_the_points_that_were_hit(
        self, crash_at: CrashAt, fault_points_hit: Callable[[], frozenset[str]], program: list[str]
    ) -> None:
        crash_at("testing.in_the_middle", program, cwd=ROOT)
        with pytest.raises(FaultNotHit):
            crash_at("testing.misspelt", program, cwd=ROOT)

        assert "testing.in_the_middle" in fault_points_hit()
        assert "testing.misspelt" not in fault_points_hit()
