"""How is a step started from a page?

As the command starts it, by `strangler.operation.run_step`. Steps that may take minutes run in a process of their
own, which outlives the request, the worker and a deploy; the page then shows what the run's record says.
"""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.strangler.models import StepRun
from boundaries.strangler.operation import find_step, run_step
from boundaries.watch import patience

log = logging.getLogger("boundaries.watch")

LONG = frozenset({"plan", "scaffold", "provision", "replicate", "verify"})
START_SECONDS = 10.0


class StepNotStarted(BoundaryError):
    """Raised when the process of a long step ended before it had written its record, or wrote none in time."""

    code = "BD602"
    problem = "{context}: the process of {step} did not start: {reason}."
    remedy = "Run it on the command line to see all of it: {command}"


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator has asked for, with the name it is kept under.

    `percent` is for switch-reads only, `to` (the step to go back to) for rollback, `accept` (the side that is right) for recover.
    """

    context: str
    step: str
    who: str
    why: str
    yes: str = ""
    percent: float | None = None
    to: str = ""
    accept: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """As `run_step` takes them."""
        asked = {"yes": self.yes, "to": self.to, "accept": self.accept}
        return {"percent": self.percent, **{name: value or None for name, value in asked.items()}}

    @property
    def arguments(self) -> list[str]:
        """As the command line takes them."""
        return [*self._words(), f"--reason={self.why}"]

    @property
    def command(self) -> str:
        """The equivalent command, to be pasted into a shell."""
        return f"boundaries {shlex.join(self._words())} --reason={shlex.quote(self.why)}"

    def _words(self) -> list[str]:
        words = ["extract", self.context, self.step]
        if self.percent is not None:
            words.append(f"--percent={self.percent:g}")
        if self.to:
            words.append(f"--to={self.to}")
        if self.accept:
            words.append(f"--accept={self.accept}")
        if self.yes:
            words.append(f"--yes={self.yes}")
        return words


def permission_of(step: str) -> str:
    """What a user needs for it: another permission for what cannot simply be repeated."""
    return (
        "boundaries_strangler.switch_writes"
        if find_step(step).destructive
        else "boundaries_strangler.run_steps"
    )


def place(order: Order) -> StepRun:
    """Run the step, or start it where it takes long; returns its record, which may still be running.

    :raises BoundaryError: when it is refused, with the remedy.
    """
    patience.forget()
    try:
        if order.step in LONG:
            return start(order)
        return run_step(
            context=order.context, step=order.step, who=order.who, why=order.why, options=order.options
        )
    finally:
        patience.forget()


def start(order: Order) -> StepRun:
    """Start the step as a process of its own, and wait until it has written its record.

    :raises StepNotStarted: with the last thing that the process said.
    """
    find_step(order.step)
    known = set(StepRun.objects.filter(context=order.context, step=order.step).values_list("pk", flat=True))
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            _command(order), cwd=current_map().root, env=_environment(), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        # Somebody must wait for it, or it stays in the process table when it has ended.
        threading.Thread(target=process.wait, name=f"boundaries-{order.step}", daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            has_ended = process.poll() is not None
            run = StepRun.objects.filter(context=order.context, step=order.step).exclude(pk__in=known).first()
            if run is not None:
                return run
            if has_ended:
                break
            time.sleep(0.05)
        said.seek(0)
        reason = _last_line(said.read()) or f"no record after {START_SECONDS:.0f} s"
    log.error("extract %s %s did not start: %s", order.context, order.step, reason)
    raise StepNotStarted(context=order.context, step=order.step, reason=reason, command=order.command)


def _command(order: Order) -> list[str]:
    told = [f"--who={order.who}", f"--config={current_map().path}"]
    return [_python(), "-m", "boundaries", *order.arguments, *told]


def _environment() -> dict[str, str]:
    module = getattr(settings, "SETTINGS_MODULE", None)
    found = {"DJANGO_SETTINGS_MODULE": module} if module else {}
    return {**os.environ, **found, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _python() -> str:
    """The interpreter: inside uWSGI and its like, `sys.executable` is the server."""
    if "python" in Path(sys.executable).name:
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
