"""How is a process killed at exactly one point, for real?

Fault points (`boundaries/faults.py`) wait where they are armed; here another process sees that and sends
SIGKILL. A run that never reaches the point is an error, so that a test cannot pass without its crash.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.errors import BoundaryError

_POLL_SECONDS = 0.02
_TAIL_CHARACTERS = 2000

_points_hit: set[str] = set()


class FaultNotHit(BoundaryError):
    """Raised when a process that should have been killed at a fault point never came there."""

    code = "BD707"
    problem = "The fault point {point} was not hit: the process {outcome}. Its output ended with: {output}"
    remedy = "Check the spelling of the point, and that this run goes through it."


@dataclass(frozen=True, slots=True)
class Crash:
    """One process that was killed at a fault point, and what it had printed until then."""

    point: str
    seconds: float
    output: str


def run_until(
    point: str,
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60.0,
) -> Crash:
    """Run a command until it stands at the fault point, then SIGKILL it and everything in its process group.

    `env` is added to this process's environment. `timeout` is in seconds.

    :raises FaultNotHit: when the command ends, or the time is over, before the point was reached.
    """
    with tempfile.TemporaryDirectory(prefix="boundaries-fault-") as name:
        folder = Path(name)
        armed = {**os.environ, **(env or {}), "BOUNDARIES_FAULT": point, "BOUNDARIES_FAULT_DIR": name}
        started = time.monotonic()
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                argv, env=armed, cwd=cwd, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            outcome = _wait_for_hit(process, folder / f"{point}.hit", started + timeout)
        finally:
            _kill_group(process)
        printed = (folder / "output").read_text(errors="replace")[-_TAIL_CHARACTERS:]
    if outcome:
        raise FaultNotHit(point=point, outcome=outcome, output=printed.strip() or "nothing")
    _points_hit.add(point)
    return Crash(point=point, seconds=time.monotonic() - started, output=printed)


def points_hit() -> frozenset[str]:
    """The fault points at which this process has killed another one so far."""
    return frozenset(_points_hit)


def _wait_for_hit(process: subprocess.Popen[bytes], hit: Path, deadline: float) -> str:
    while not hit.exists():
        if process.poll() is not None:
            # It may have come there and ended in the same moment; only a process that still stands counts.
            return f"ended before, with exit code {process.returncode}"
        if time.monotonic() > deadline:
            return "was still on its way when the time was over"
        time.sleep(_POLL_SECONDS)
    return ""


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
