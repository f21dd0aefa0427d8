"""In which states is the control room shown? Each scene writes the rows that such a state has."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg

STEPS = ("plan", "scaffold", "provision", "replicate", "verify", "shadow", "switch-reads", "switch-writes")
FIGURES: dict[str, dict[str, Any]] = {
    "plan": {"tables": 7, "rows": 301_552, "blockers": 0},
    "scaffold": {"files": 41},
    "provision": {"database": "payments", "tables": 7, "differences": 0},
    "replicate": {"rows": 301_552, "seconds": 6.1, "rows_per_second": 49_434, "tables": 7},
    "verify": {"rows_compared": 301_640, "differences": 0, "barriers": 3},
    "shadow": {"route": "shadow"},
    "switch-reads": {"route": "remote", "percent": 100},
    "switch-writes": {"owner": "service", "window_ms": 38.2},
}
SECONDS = {"plan": 2.4, "scaffold": 0.6, "provision": 5.2, "replicate": 8.9, "verify": 3.3}


def at_rest() -> None:
    """Nothing is on its way out. The row of the extraction stays: nothing in the kit ever takes it away."""
    from boundaries.facades.models import Mismatch, Ownership, Route, RouteChange, ShadowTally
    from boundaries.messaging.models import Event, SagaInstance
    from boundaries.strangler.models import Extraction, StepRun

    for model in (
        Route,
        RouteChange,
        Ownership,
        ShadowTally,
        Mismatch,
        StepRun,
        Event,
        SagaInstance,
    ):
        model.objects.all().delete()
    Extraction.objects.update(reached="", wanted="stopped", facts={}, follower={})


def reached(step: str, *, follower: dict[str, Any] | None = None) -> None:
    """The steps up to `step` are done; the follower was just heard, unless it is said otherwise."""
    from django.utils import timezone

    from boundaries.strangler.models import Extraction, StepRun

    at_rest()
    done = STEPS[: STEPS.index(step) + 1]
    started = timezone.now() - timedelta(hours=2)
    for name in done:
        seconds = SECONDS.get(name, 0.4)
        StepRun.objects.create(
            context="payments", step=name, result="ok", who="operator", why="quarter's goal", started_at=started,
            finished_at=started + timedelta(seconds=seconds), figures=FIGURES[name],
        )  # fmt: skip
        started += timedelta(minutes=12)
    is_following = "replicate" in done
    told = {"at": time.time(), "lag_rows": 12} if follower is None else follower
    # A page that is still open may have made the row in between, by asking how far the context is.
    Extraction.objects.update_or_create(
        context="payments",
        defaults={
            "reached": step, "wanted": "following" if is_following else "stopped",
            "facts": {name: FIGURES[name] for name in done}, "follower": told if is_following else {},
        },
    )  # fmt: skip


@contextmanager
def copying() -> Iterator[None]:
    """`replicate` is in the middle of its copy, in a process that holds the lock."""
    from boundaries.strangler.lock import operation_lock
    from boundaries.strangler.models import StepRun

    reached("provision")
    with operation_lock("payments", "replicate"):
        StepRun.objects.create(
            context="payments", step="replicate", who="operator", why="quarter's goal",
            progress={"phase": "copying", "done": 187_000, "total": 301_552, "unit": "rows", "per_second": 49_434, "seconds_left": 2.3},
        )  # fmt: skip
        yield


def comparing() -> None:
    """Queries are mirrored, and so far every answer was the same."""
    from boundaries.facades.models import Ownership, Route, RouteChange, ShadowTally

    reached("shadow")
    Ownership.objects.create(context="payments", open=True, epoch=1, address="http://127.0.0.1:9")
    Route.objects.create(context="payments", mode="shadow")
    RouteChange.objects.create(
        context="payments", old="local", new="shadow", who="operator", why="step shadow"
    )
    ShadowTally.objects.create(context="payments", operation="for_bookings", calls=1_204)


def in_trouble() -> None:
    """Nobody follows, answers differ, a letter is dead, a saga hangs."""
    from boundaries.facades.models import Mismatch, ShadowTally
    from boundaries.strangler.models import StepRun

    comparing()
    reached_at = time.time() - 754
    from boundaries.strangler.models import Extraction

    Extraction.objects.update(follower={"at": reached_at, "lag_rows": 48_310})
    ShadowTally.objects.update(mismatches=3)
    Mismatch.objects.create(
        context="payments", operation="for_bookings", signature=uuid.uuid4().hex, count=3,
        differences=["$.*.captured.amount: Decimal(2) / Decimal(3)"],
    )  # fmt: skip
    StepRun.objects.create(
        context="payments", step="switch-reads", result="refused", who="ada", why="canary for a day",
        problem="BD501: payments: switch-reads is refused by the gate 'no answer differed': 3 mismatches. "
        "Look at the mismatches in the admin; fix them, then run `shadow` again after a rollback.",
    )  # fmt: skip
    for _ in range(3):
        _dead_letter()
    _hanging_saga()


def moved() -> None:
    """The service owns the writes, and answers."""
    from boundaries.facades.models import Ownership, Route

    comparing()
    reached("switch-writes")
    Ownership.objects.create(context="payments", open=False, epoch=2, address="http://127.0.0.1:9")
    Route.objects.create(context="payments", mode="remote")


@contextmanager
def followed() -> Iterator[None]:
    """The tables are really copied, compared and followed, and somebody has left a transaction open."""
    from boundaries.strangler.operation import run_step

    reached("scaffold")
    for step in ("provision", "replicate", "verify"):
        run_step(context="payments", step=step, who="operator", why="quarter's goal")
    follower = subprocess.Popen([sys.executable, "-m", "boundaries", "follow"], stderr=subprocess.DEVNULL)
    try:
        _wait_until_heard()
        with psycopg.connect(os.environ["MONOLITH_ADMIN_URL"], autocommit=True) as dba:
            dba.execute("GRANT pg_read_all_stats TO monolith_owner")
        with psycopg.connect(os.environ["MONOLITH_APP_URL"], application_name="nightly report") as somebody:
            somebody.execute("UPDATE payments_payment SET card_ending = card_ending")
            yield
    finally:
        follower.terminate()
        follower.wait(10)
        run_step(context="payments", step="abort", who="operator", options={"yes": "payments"})


def spoilt() -> None:
    """The follower has found a row that somebody changed on the closed side."""
    from boundaries.strangler.models import Extraction

    row = {
        "table": "payments_payment",
        "key": [str(uuid.UUID(int=7))],
        "kind": "different",
        "fields": ["state"],
    }
    report = {
        "last": {
            "at": time.time(),
            "rows": 301_640,
            "differences": 1,
            "shown": [row],
            "found_at": time.time(),
        }
    }
    for extraction in Extraction.objects.all():
        Extraction.objects.update(follower={**extraction.follower, "verify": report})


def halted() -> None:
    """A side was restored."""
    from boundaries.facades.models import Ownership

    spoilt()
    Ownership.objects.update(halted="the service was restored or failed over (server/timeline 7/1, now 7/2)")


def _wait_until_heard() -> None:
    from boundaries.strangler.models import Extraction

    deadline = time.monotonic() + 30
    while not Extraction.objects.filter(follower__verify__last__at__gt=0).exists():
        assert time.monotonic() < deadline, "no follower has reported"
        time.sleep(0.05)


def _dead_letter() -> None:
    from boundaries.messaging.models import Delivery, Event

    event = Event.objects.create(
        aggregatetype="payments", aggregateid=str(uuid.uuid4()), type="payments.payment_captured", payload={},
        context="payments", version=1,
    )  # fmt: skip
    Delivery.objects.create(
        event=event, consumer="notifications.mail_receipt", context="notifications", key=f"payments/{event.aggregateid}",
        state="dead", attempts=8, last_error="Traceback …\nSMTPServerDisconnected: Connection unexpectedly closed",
    )  # fmt: skip


def _hanging_saga() -> None:
    from django.utils import timezone

    from boundaries.messaging.models import SagaInstance, SagaStep

    saga = SagaInstance.objects.create(
        context="bookings", name="bookings.checkout", version=1, key=str(uuid.uuid4()), state="NEEDS_ATTENTION",
        held_state="COMPENSATING", cursor=2, data={}, failure={"code": "payments.card_declined", "text": "The card was declined."},
        deadline_at=timezone.now(),
    )  # fmt: skip
    for position, (name, state) in enumerate([("reserve_flight", "done"), ("reserve_room", "failed")]):
        SagaStep.objects.create(
            id=uuid.uuid4(), saga=saga, context="bookings", name=name, position=position, state=state, attempts=4,
            last_error="" if state == "done" else "OperationalError: deadlock detected",
        )  # fmt: skip
