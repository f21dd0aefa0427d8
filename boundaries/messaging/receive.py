"""What happens to an event that arrives from another deployable?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from boundaries.messaging.listener import Listener, is_whole_context, listeners_in
from boundaries.messaging.models import Delivery, DeliveryState, Event
from boundaries.messaging.publish import EVENT_COLUMNS, store_deliveries, store_events
from boundaries.messaging.transaction import database


class Message(msgspec.Struct, frozen=True):
    """One event on the wire, for one consumer of `context` or, where that ends in `.*`, for all of them.

    `known` are the context's consumers that the sender has deliveries of its own for: the receiver adds its
    others.
    """

    event: dict[str, Any]
    context: str
    consumer: str
    known: list[str]


def message_of(delivery: Delivery) -> dict[str, Any]:
    """What the sender puts on the wire for a delivery: JSON values."""
    told = delivery.event
    known = [listener.consumer for listener in listeners_in(delivery.context, told.type)]
    message = Message(
        event={name: getattr(told, name) for name in EVENT_COLUMNS},
        context=delivery.context,
        consumer=delivery.consumer,
        known=[name for name in known if not is_whole_context(name)],
    )
    return msgspec.to_builtins(message)  # type: ignore[no-any-return]


def receive(messages: Sequence[dict[str, Any]]) -> None:
    """Store events from elsewhere with the deliveries that they are due, in one transaction.

    Storing twice is storing once. A delivery that was sent on from here before is due again: it came back
    because the owner did.
    """
    arrived = [msgspec.convert(message, Message) for message in messages]
    pairs = [(_event_of(message), listener) for message in arrived for listener in _listeners_of(message)]
    with transaction.atomic(using=database()):
        store_events([event for event, _listener in pairs], ignore_known=True)
        store_deliveries(pairs, ignore_known=True)
        _reopen_sent(pairs)


def _event_of(message: Message) -> Event:
    fields = {field.name: field for field in Event._meta.concrete_fields}
    return Event(**{name: fields[name].to_python(message.event[name]) for name in EVENT_COLUMNS})


def _listeners_of(message: Message) -> list[Listener]:
    ours = listeners_in(message.context, message.event["type"])
    if is_whole_context(message.consumer):
        return ours
    # An unknown name is kept too: its delivery fails where somebody sees it, instead of vanishing here.
    named = Listener(consumer=message.consumer, context=message.context)
    return [
        named,
        *(listener for listener in ours if listener.consumer not in {*message.known, named.consumer}),
    ]


def _reopen_sent(pairs: Iterable[tuple[Event, Listener]]) -> None:
    these = Q()
    for event, listener in pairs:
        these |= Q(event_id=event.id, consumer=listener.consumer)
    if these:
        sent = Delivery.objects.using(database()).filter(these, state=DeliveryState.SENT)
        sent.update(state=DeliveryState.PENDING, due_at=Now(), attempts=0, settled_at=None)
