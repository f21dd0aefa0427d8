"""Does the service bear the writes, and who takes them back when it does not?

What is wanted is stored before the writes are switched, and `boundaries follow` sees to it: it looks at what callers
have met at the facade, and at the operator's probe, and rolls back by itself. The command that asked only waits, and can
be ended. Times are the database's.
"""

from __future__ import annotations

import logging
import re
import shlex
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import urllib3
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from boundaries.errors import BoundaryError
from boundaries.facades import outcome, routing
from boundaries.facades.outcome import Calls
from boundaries.faults import fault_point
from boundaries.strangler.models import Bake, BakeState

log = logging.getLogger("boundaries.bake")

LOOK_SECONDS = 1.0
# What callers meet is judged over the last minute, and over the whole time; a few calls say nothing.
WINDOW_SECONDS = 60.0
FEWEST_CALLS = 20
PROBE_SECONDS = 5.0
PROBE_TIMEOUT_SECONDS = 5.0
# Each attempt to go back is kept in the record of the runs.
RETRY_SECONDS = 10.0
# One failed probe may be an accident.
PROBE_FAILURES = 2
DEFAULT_RULE = "error_rate>1%"
# The last step that is kept when it goes back.
BACK_TO = "switch-reads"

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(s|m|h)$")
_RULE = re.compile(r"^\s*error_rate\s*>\s*(\d+(?:\.\d+)?)\s*%\s*$")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_ACTIVE = (BakeState.ARMED, BakeState.BAKING, BakeState.GOING_BACK)


class BakeUnclear(BoundaryError):
    """Raised when it cannot be read for how long to watch, or when to go back; nothing has been changed."""

    code = "BD584"
    problem = "{option} {text!r} cannot be read."
    remedy = "{advice}"


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long the service is watched, the failures per call that are too many, and the operator's probe."""

    seconds: float
    most_errors: float
    probe: str = ""


def read_terms(bake: str, rollback_if: str | None, probe: str | None) -> Terms:
    """The terms that an operator has written, such as `15m` and `error_rate>1%`.

    :raises BakeUnclear: naming what cannot be read.
    """
    duration, rule = _DURATION.match(bake), _RULE.match(rollback_if or DEFAULT_RULE)
    if duration is None:
        raise BakeUnclear(option="--bake", text=bake, advice="Write a number and s, m or h: `--bake 15m`.")
    if rule is None:
        raise BakeUnclear(
            option="--rollback-if",
            text=rollback_if,
            advice=f"Write it like `--rollback-if '{DEFAULT_RULE}'`.",
        )
    seconds = float(duration.group(1)) * _SECONDS[duration.group(2)]
    return Terms(seconds, float(rule.group(1)) / 100, probe or "")


def prepare(context: str, options: Mapping[str, Any], *, who: str) -> None:
    """Store what is wanted after a switch, before it; what was wanted after an earlier one does not count for this one.

    :raises BakeUnclear: naming what cannot be read.
    """
    if not options.get("bake"):
        Bake.objects.filter(context=context).delete()
        return
    terms = read_terms(options["bake"], options.get("rollback_if"), options.get("probe"))
    Bake.objects.update_or_create(
        context=context,
        defaults={
            "state": BakeState.ARMED, "seconds": terms.seconds, "most_errors": terms.most_errors, "probe": terms.probe,
            "who": who, "started_at": None, "calls": 0, "failures": 0, "reason": "",
        },
    )  # fmt: skip
    fault_point("bake.armed")


def describe(context: str) -> dict[str, Any]:
    """For `status`: the state, what is left, and what callers have met; empty when nothing was asked for."""
    bake = Bake.objects.annotate(now=Now()).filter(context=context).first()
    if bake is None:
        return {}
    met = outcome.stored(context).since(Calls(bake.calls, bake.failures))
    is_baking = bake.state == BakeState.BAKING
    return {
        "state": str(bake.state), "who": bake.who, "reason": bake.reason,
        "rule": f"error_rate>{bake.most_errors * 100:g}%", "probe": bake.probe,
        "seconds_left": round(max(0.0, bake.seconds - _age(bake)), 1) if is_baking else None,
        "calls": met.calls if is_baking else None, "error_rate": round(met.error_rate, 4) if is_baking else None,
    }  # fmt: skip


def is_open(context: str) -> bool:
    """Whether the follower has yet to decide."""
    return Bake.objects.filter(context=context, state__in=_ACTIVE).exists()


def watch(stop: threading.Event) -> None:
    """Look at everything that bakes, each second, until `stop` is set; a thread of the follower's process."""
    watchers: dict[str, Watcher] = {}
    while not stop.wait(LOOK_SECONDS):
        try:
            close_old_connections()
            for bake in Bake.objects.annotate(now=Now()).filter(state__in=_ACTIVE):
                if bake.state == BakeState.ARMED:
                    watchers[bake.context] = Watcher()
                watchers.setdefault(bake.context, Watcher()).look(bake)
        except Exception:
            # Nobody would miss this thread if it ended.
            log.exception("what bakes could not be looked at")


class Watcher:
    """One context's samples of what callers have met, and of its probe."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Calls]] = deque()
        self._probed_at = self._tried_at = -RETRY_SECONDS
        self._failed_probes = 0

    def look(self, bake: Bake) -> None:
        """Bring one bake a step further; `bake` carries the time of the database as `now`."""
        is_there = _is_at_service(bake.context)
        if bake.state == BakeState.GOING_BACK:
            self._go_back(bake)
        elif not is_there and bake.state == BakeState.BAKING:
            _store(bake, BakeState.ENDED, "somebody has taken the writes back")
        elif is_there and bake.state == BakeState.ARMED:
            self._samples.append((time.monotonic(), _start(bake)))
        elif is_there and (trouble := self._trouble(bake)):
            _store(bake, BakeState.GOING_BACK, trouble)
            fault_point("bake.decided")
            self._go_back(bake)
        elif is_there and _age(bake) >= bake.seconds:
            _store(bake, BakeState.PASSED, "")

    def _go_back(self, bake: Bake) -> None:
        """Take the writes back; what is in the way is told, and it is tried again after a while."""
        if time.monotonic() - self._tried_at >= RETRY_SECONDS:
            self._tried_at = time.monotonic()
            _go_back(bake)

    def _trouble(self, bake: Bake) -> str:
        """Why to go back; empty while all is well."""
        return self._trouble_of_calls(bake) or self._trouble_of_probe(bake.probe)

    def _trouble_of_calls(self, bake: Bake) -> str:
        now, met = time.monotonic(), outcome.stored(bake.context)
        self._samples.append((now, met))
        while self._samples[0][0] < now - WINDOW_SECONDS:
            self._samples.popleft()
        for what, since in (
            ("the last minute", self._samples[0][1]),
            ("all of it", Calls(bake.calls, bake.failures)),
        ):
            lately = met.since(since)
            if lately.calls >= FEWEST_CALLS and lately.error_rate > bake.most_errors:
                return f"error rate {lately.error_rate:.1%} of {lately.calls:,} calls in {what}"
        return ""

    def _trouble_of_probe(self, probe: str) -> str:
        if not probe or time.monotonic() - self._probed_at < PROBE_SECONDS:
            return ""
        self._probed_at = time.monotonic()
        said = _ask(probe)
        self._failed_probes = self._failed_probes + 1 if said else 0
        return (
            f"the probe failed {PROBE_FAILURES} times: {said}"
            if self._failed_probes >= PROBE_FAILURES
            else ""
        )


def _start(bake: Bake) -> Calls:
    """The writes have been switched: from now on it counts. Returns what was met before."""
    met = outcome.stored(bake.context)
    Bake.objects.filter(pk=bake.pk, state=BakeState.ARMED).update(
        state=BakeState.BAKING, started_at=Now(), calls=met.calls, failures=met.failures
    )
    return met


def _go_back(bake: Bake) -> None:
    """Take the writes back, as an operator would."""
    from boundaries.strangler.operation import run_step

    try:
        run_step(
            context=bake.context, step="rollback", who=f"bake of {bake.who}", why=bake.reason,
            options={"yes": bake.context, "to": BACK_TO},
        )  # fmt: skip
    except (BoundaryError, psycopg.Error, DatabaseError) as error:
        log.warning("%s should go back (%s) and cannot yet: %s", bake.context, bake.reason, error)
        return
    _store(bake, BakeState.WENT_BACK, bake.reason)
    log.warning("%s went back: %s", bake.context, bake.reason)


def _store(bake: Bake, state: BakeState, reason: str) -> None:
    Bake.objects.filter(pk=bake.pk).update(state=state, reason=reason)
    bake.state, bake.reason = state, reason


def _is_at_service(context: str) -> bool:
    owner = routing.refresh().owners.get(context)
    return owner is not None and not owner.open


def _age(bake: Bake) -> float:
    """Seconds since the start, by the database's clock."""
    now = getattr(bake, "now", None)
    return float((now - bake.started_at).total_seconds()) if now and bake.started_at else 0.0


def _ask(probe: str) -> str:
    """What is wrong with the answer of a command or an address; empty when nothing is."""
    try:
        if probe.startswith(("http://", "https://")):
            status = urllib3.request("GET", probe, timeout=PROBE_TIMEOUT_SECONDS, retries=False).status
            return "" if status < 400 else f"{probe}: {status}"
        done = subprocess.run(
            shlex.split(probe), timeout=PROBE_TIMEOUT_SECONDS, capture_output=True, check=False
        )
        return f"exit code {done.returncode}" if done.returncode else ""
    except (urllib3.exceptions.HTTPError, OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}"
