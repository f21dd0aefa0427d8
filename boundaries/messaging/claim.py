"""Which relay works on which delivery?

A claim is a lease: a token and a time by the database's clock. It is taken and settled in short transactions
of its own; whoever lost the lease settles nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import groupby
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from boundaries.conf import setting
from boundaries.messaging.models import HOLDING, Delivery, DeliveryState
from boundaries.messaging.transaction import database

_BACKOFF_FIRST_SECONDS = 0.5
_BACKOFF_LONGEST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries under one lease. `give_up_at` is a `time.monotonic()` value well before the lease ends."""

    token: UUID
    deliveries: list[Delivery]
    give_up_at: float

    def has_time(self) -> bool:
        """Whether there is enough of the lease left to begin another delivery."""
        return time.monotonic() < self.give_up_at


class Result(Enum):
    """How one attempt ended."""

    DONE = "done"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt.

    FAILED and RETURNED are due again after `delay_seconds`; RETURNED is not counted.
    """

    delivery: Delivery
    result: Result
    error: str = ""
    delay_seconds: float = 0.0


def claim(*, limit: int, is_retry: bool) -> Batch:
    """Reserve up to `limit` due deliveries, the oldest of each (consumer, key) only.

    Opens and commits its own short transaction. First attempts come in batches; with `is_retry`, ask for one
    at a time, so that a delivery that kills its relay takes nobody else's attempts along.
    A claim not settled within RELAY_LEASE_SECONDS returns to the pool, so a consumer may be offered an event
    twice.
    """
    alias, token, lease_seconds = database(), uuid4(), setting("RELAY_LEASE_SECONDS")
    started = time.monotonic()
    with transaction.atomic(using=alias):
        due = _due(is_retry=is_retry).select_for_update(skip_locked=True, of=("self",))
        picked = list(due.values_list("id", flat=True)[:limit])
        rows = Delivery.objects.using(alias).filter(id__in=picked)
        if picked:
            rows.update(
                lease_token=token,
                lease_until=Now() + timedelta(seconds=lease_seconds),
                attempts=F("attempts") + 1,
            )
        deliveries = list(rows.select_related("event").order_by("id")) if picked else []
    return Batch(token=token, deliveries=deliveries, give_up_at=started + lease_seconds / 2)


def settle(batch: Batch, outcomes: Iterable[Outcome]) -> int:
    """Write down how the attempts ended, in one short transaction.

    Returns how many were still under this lease.
    """
    settled = 0
    with transaction.atomic(using=database()):
        for (result, delay, error), group in groupby(sorted(outcomes, key=_grouping), key=_grouping):
            ids = [outcome.delivery.id for outcome in group]
            leased = Delivery.objects.using(database()).filter(id__in=ids, lease_token=batch.token)
            settled += _SETTLE[Result(result)](leased, error, delay)
    return settled


def backoff_seconds(attempts: int) -> float:
    """How long to wait after that many attempts: doubled each time, up to 5 minutes, half of it by chance."""
    longest = min(_BACKOFF_LONGEST_SECONDS, _BACKOFF_FIRST_SECONDS * 2.0 ** min(attempts - 1, 30))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing


def _due(*, is_retry: bool) -> QuerySet[Delivery]:
    rows = Delivery.objects.using(database())
    ahead = rows.filter(consumer=OuterRef("consumer"), key=OuterRef("key"), state__in=HOLDING)
    ahead = ahead.filter(Q(id__lt=OuterRef("id")) | Q(lease_until__gt=Now()))
    tried = Q(attempts__gt=0) if is_retry else Q(attempts=0)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=Now())
    due = rows.filter(tried, free, ~Exists(ahead), state=DeliveryState.PENDING, due_at__lte=Now())
    # Each order is that of the partial index for the two kinds.
    return due.order_by("due_at") if is_retry else due.order_by("id")


def _grouping(outcome: Outcome) -> tuple[str, float, str]:
    return outcome.result.value, outcome.delay_seconds, outcome.error


def _finish(leased: QuerySet[Delivery], state: DeliveryState, error: str) -> int:
    return leased.update(state=state, settled_at=Now(), lease_token=None, lease_until=None, last_error=error)


def _done(leased: QuerySet[Delivery], error: str, _delay: float) -> int:
    return _finish(leased, DeliveryState.DONE, error)


def _sent(leased: QuerySet[Delivery], error: str, _delay: float) -> int:
    return _finish(leased, DeliveryState.SENT, error)


def _failed(leased: QuerySet[Delivery], error: str, delay: float) -> int:
    dead = leased.filter(attempts__gte=setting("DELIVERY_ATTEMPTS"))
    buried = _finish(dead, DeliveryState.DEAD, error)
    return buried + _wait(leased, error, delay)


def _returned(leased: QuerySet[Delivery], error: str, delay: float) -> int:
    leased.update(attempts=F("attempts") - 1)
    return _wait(leased, error, delay)


def _wait(leased: QuerySet[Delivery], error: str, delay: float) -> int:
    return leased.update(
        due_at=Now() + timedelta(seconds=delay), lease_token=None, lease_until=None, last_error=error
    )


_SETTLE = {Result.DONE: _done, Result.SENT: _sent, Result.FAILED: _failed, Result.RETURNED: _returned}
