"""What waits in the outbox, what is stuck, and what can be done about it?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from boundaries.errors import BoundaryError
from boundaries.messaging.models import HOLDING, Delivery, DeliveryState, Event
from boundaries.messaging.transaction import database


class NotStuck(BoundaryError):
    """Raised when a delivery is to be retried or skipped that is settled already, or does not exist."""

    code = "BD409"
    problem = "Delivery {delivery} is not waiting and not dead: {state}."
    remedy = "List what is stuck with `boundaries outbox status`."


def status() -> dict[str, Any]:
    """What waits, per consumer, and every dead letter with the number of deliveries that it holds back."""
    waiting = Delivery.objects.using(database()).filter(state=DeliveryState.PENDING)
    per_consumer = waiting.values("consumer").annotate(
        pending=Count("id"), retrying=Count("id", filter=Q(attempts__gt=0)), oldest=Min("event__occurred_at")
    )
    return {
        "pending": list(per_consumer.order_by("consumer")),
        "dead_letters": [_dead(row) for row in _dead_rows()],
    }


def retry(delivery_id: int) -> None:
    """Give a dead letter, or a delivery that waits for its next attempt, all its attempts again, from now.

    :raises NotStuck: when there is nothing to retry.
    """
    changed = _stuck(delivery_id).update(
        state=DeliveryState.PENDING,
        attempts=0,
        due_at=Now(),
        settled_at=None,
        lease_token=None,
        lease_until=None,
    )
    _require(changed, delivery_id)


def skip(delivery_id: int, *, reason: str) -> None:
    """Let a delivery go: its consumer never gets the event, and the later ones of its key go on.

    :raises NotStuck: when there is nothing to skip.
    """
    changed = _stuck(delivery_id).update(
        state=DeliveryState.SKIPPED,
        settled_at=Now(),
        lease_token=None,
        lease_until=None,
        last_error=f"Skipped: {reason}",
    )
    _require(changed, delivery_id)


def prune(*, older_than: timedelta) -> int:
    """Delete events that old which owe nobody anything any more, with their deliveries.

    Returns how many events.
    """
    old = Event.objects.using(database()).filter(occurred_at__lt=Now() - older_than)
    _deleted, by_model = old.exclude(deliveries__state__in=HOLDING).delete()
    return by_model.get(Event._meta.label, 0)


def _stuck(delivery_id: int) -> Any:
    return Delivery.objects.using(database()).filter(id=delivery_id, state__in=HOLDING)


def _require(changed: int, delivery_id: int) -> None:
    if not changed:
        row = Delivery.objects.using(database()).filter(id=delivery_id).first()
        raise NotStuck(delivery=delivery_id, state=row.state if row else "it does not exist")


def _dead_rows() -> list[Delivery]:
    dead = Delivery.objects.using(database()).filter(state=DeliveryState.DEAD)
    return list(dead.select_related("event").order_by("id"))


def _dead(row: Delivery) -> dict[str, Any]:
    behind = Delivery.objects.using(database()).filter(consumer=row.consumer, key=row.key, id__gt=row.id)
    return {
        "id": row.id,
        "consumer": row.consumer,
        "event": row.event.type,
        "event_id": row.event_id,
        "key": row.key,
        "attempts": row.attempts,
        "holds_back": behind.filter(state=DeliveryState.PENDING).count(),
        "error": row.last_error,
    }
