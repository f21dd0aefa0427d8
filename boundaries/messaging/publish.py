"""How does a context say that something happened?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from boundaries.errors import BoundaryError
from boundaries.facades.principal import current_principal
from boundaries.messaging.envelope import current_envelope
from boundaries.messaging.event import encode, type_of
from boundaries.messaging.identity import new_event_id
from boundaries.messaging.insert import insert, insert_together
from boundaries.messaging.listener import Listener, listeners_of
from boundaries.messaging.models import Delivery, Event
from boundaries.messaging.transaction import is_in_transaction

EVENT_COLUMNS = (
    "id", "aggregatetype", "aggregateid", "type", "payload", "context", "version", "headers", "occurred_at",
)  # fmt: skip
_DELIVERY_COLUMNS = ("event_id", "consumer", "context", "key", "state", "attempts", "last_error")


class PublishOutsideTransaction(BoundaryError):
    """Raised when an event is published where no transaction ties it to what it tells about."""

    code = "BD401"
    problem = "{event} was published outside a transaction."
    remedy = "Publish inside the transaction.atomic() block that makes the change: both are kept or neither."


def publish(event: object) -> UUID:
    """Put an event into the outbox, in the caller's transaction; the relay delivers it after the commit.

    One statement, on PostgreSQL. Returns the event's id.

    :raises PublishOutsideTransaction: outside transaction.atomic(); a test case's own transaction does not
    count.
    :raises UnknownEvent: when the class was not declared with @event.
    """
    return publish_all([event])[0]


def publish_all(events: Sequence[object]) -> list[UUID]:
    """The same for several events, in order, with the same one statement."""
    rows = [_row(event) for event in events]
    if not is_in_transaction():
        raise PublishOutsideTransaction(event=", ".join(row.type for row in rows))
    deliveries = _deliveries((row, listener) for row in rows for listener in listeners_of(row.type))
    insert_together(rows, deliveries, columns=(EVENT_COLUMNS, _DELIVERY_COLUMNS))
    return [row.id for row in rows]


def store_events(rows: Sequence[Event], *, ignore_known: bool = False) -> None:
    """Insert events; with `ignore_known`, those that exist already stay as they are."""
    insert(rows, columns=EVENT_COLUMNS, ignore_known=ignore_known)


def store_deliveries(pairs: Iterable[tuple[Event, Listener]], *, ignore_known: bool = False) -> None:
    """Insert one delivery per event and listener.

    With `ignore_known`, those that exist already stay as they are.
    """
    insert(_deliveries(pairs), columns=_DELIVERY_COLUMNS, ignore_known=ignore_known)


def _deliveries(pairs: Iterable[tuple[Event, Listener]]) -> list[Delivery]:
    return [
        Delivery(
            event=event,
            consumer=listener.consumer,
            context=listener.context,
            key=f"{event.aggregatetype}/{event.aggregateid}",
        )
        for event, listener in pairs
    ]


def _row(event: object) -> Event:
    declared = type_of(event)
    event_id = new_event_id()
    return Event(
        id=event_id,
        aggregatetype=declared.context,
        aggregateid=str(getattr(event, declared.key)),
        type=declared.name,
        payload=encode(event),
        context=declared.context,
        version=declared.version,
        headers=_headers(event_id),
    )


def _headers(event_id: UUID) -> dict[str, Any]:
    cause = current_envelope()
    headers: dict[str, Any] = {"correlation": str(cause.correlation if cause else event_id)}
    if cause:
        headers["causation"] = str(cause.id)
    principal = current_principal()
    if principal:
        headers["principal"] = msgspec.to_builtins(principal)
    return headers
