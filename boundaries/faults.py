"""Where can a crash be provoked on purpose?

A fault point does nothing unless its name is in the environment variable `BOUNDARIES_FAULT`. Then the process
writes `<name>.hit` into the folder `BOUNDARIES_FAULT_DIR` and waits to be killed from outside (a real SIGKILL of
another process, not a polite exit). `name:stall=1.5` sleeps 1.5 seconds once and goes on; `name:hold` waits once
until somebody writes `<name>.go` into the folder.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_ARMED = os.environ.get("BOUNDARIES_FAULT", "")
_WAIT_SECONDS = 120.0


def fault_point(name: str) -> None:
    """Stop here if `name` is armed; otherwise cost one comparison.

    Names read `<step>.<moment>`, for example `switch.after_close`. They must be string literals:
    `all_fault_points()` collects them from the source, so that a suite can prove that it has hit each one.
    """
    if _ARMED:
        _trip(name)


def arm(fault: str) -> None:
    """Read what `BOUNDARIES_FAULT` says anew, in a process that was forked from one without it."""
    global _ARMED  # noqa: PLW0603  (one comparison per point is all that the points may cost)
    _ARMED = fault


def all_fault_points() -> list[str]:
    """Every fault point named in the kit's source, sorted."""
    import re

    pattern = re.compile(r"""\bfault_point\(\s*["']([a-z0-9_.]+)["']""")
    found = {
        name
        for path in Path(__file__).parent.rglob("*.py")
        if path != Path(__file__)
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }
    return sorted(found)


def _trip(name: str) -> None:
    armed, _, action = _ARMED.partition(":")
    if armed != name:
        return
    hit = Path(os.environ["BOUNDARIES_FAULT_DIR"]) / f"{name}.hit"
    already_hit = hit.exists()
    hit.write_text(str(os.getpid()))
    if action.startswith("stall="):
        if not already_hit:
            time.sleep(float(action.removeprefix("stall=")))
        return
    if action == "hold" and already_hit:
        return
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        if action == "hold" and hit.with_suffix(".go").exists():
            return
        time.sleep(0.02)
    raise SystemExit(f"fault point {name} was armed, but nobody killed this process")
