"""How does a test wait for events, look at them, and declare some of its own?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boundaries.messaging import consumer, event, saga
from boundaries.messaging.models import Delivery, DeliveryState, Event
from boundaries.messaging.relay import relay_until_empty
from boundaries.messaging.transaction import database


def deliver_all() -> int:
    """Run the relay in this process until nothing is due; returns how many attempts were made.

    What consumers publish is delivered too. Put it after the transaction, as in production.

    :raises AssertionError: with the consumer's traceback, when one of them failed.
    """
    attempts = relay_until_empty()
    states = (DeliveryState.PENDING, DeliveryState.DEAD)
    open_ones = Delivery.objects.using(database()).filter(state__in=states)
    unhappy = open_ones.exclude(last_error="").order_by("id").first()
    if unhappy is not None:
        raise AssertionError(f"{unhappy.consumer} did not take {unhappy.event_id}:\n{unhappy.last_error}")
    return attempts


@contextmanager
def capture_events() -> Iterator[list[Any]]:
    """Collect the events that the block publishes, as consumers would see them; filled in at its end.

    What was rolled back in the block is not among them.
    """
    rows = Event.objects.using(database())
    before = set(rows.values_list("id", flat=True))
    published: list[Any] = []
    yield published
    new = rows.exclude(id__in=before).order_by("id")
    published += [event.decode(row.type, row.version, row.payload) for row in new]


@contextmanager
def declarations() -> Iterator[None]:
    """Forget at the end of the block which events, upcasters, consumers and sagas were declared in it."""
    registries: list[dict[Any, Any]] = [
        event._by_name, event._by_class, event._upcasters, consumer._consumers, saga._sagas,  # noqa: SLF001
    ]  # fmt: skip
    kept = [dict(registry) for registry in registries]
    try:
        yield
    finally:
        for registry, content in zip(registries, kept, strict=True):
            registry.clear()
            registry.update(content)
