"""How does a consumer of this process get an event?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from boundaries.facades.principal import Principal, acting_as
from boundaries.facades.scope import call_scope
from boundaries.faults import fault_point
from boundaries.messaging import inbox
from boundaries.messaging.consumer import consumer_named
from boundaries.messaging.envelope import Envelope, consuming
from boundaries.messaging.event import decode
from boundaries.messaging.models import Delivery, Event
from boundaries.messaging.transaction import database


def consume(delivery: Delivery) -> bool:
    """Run the consumer in one transaction with its inbox row; False when it has had its effect before.

    :raises UnknownConsumer: when this process does not have it.
    :raises UndecodableEvent: when the event cannot be read.
    :raises Exception: whatever the consumer raises; its effect and the inbox row are rolled back.
    """
    consumer = consumer_named(delivery.consumer)
    told = delivery.event
    value = decode(told.type, told.version, told.payload)
    envelope = envelope_of(told)
    with transaction.atomic(using=database()):
        is_first = inbox.enter(context=delivery.context, consumer=consumer.name, event_id=told.id)
        if is_first:
            with call_scope(), acting_as(envelope.principal), consuming(envelope):
                consumer.function(value, envelope)
        fault_point("relay.before_commit")
    return is_first


def envelope_of(row: Event) -> Envelope:
    """The envelope of a stored event."""
    headers: dict[str, Any] = row.headers
    return Envelope(
        id=row.id,
        name=row.type,
        version=row.version,
        key=row.aggregateid,
        context=row.context,
        occurred_at=row.occurred_at,
        correlation=UUID(headers.get("correlation", str(row.id))),
        causation=UUID(headers["causation"]) if "causation" in headers else None,
        principal=msgspec.convert(headers["principal"], Principal) if "principal" in headers else None,
    )
