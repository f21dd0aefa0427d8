"""Has this consumer seen this event before?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connections
from django.db.models import Count, Min
from django.db.models.functions import Now

from boundaries.messaging.listener import contexts_closed_here
from boundaries.messaging.models import InboxMessage
from boundaries.messaging.transaction import database


def enter(*, context: str, consumer: str, event_id: UUID) -> bool:
    """Write down that `consumer` has had `event_id`; False when that was written before.

    Belongs first into the transaction of the effect: it meets the fence before anything is read, and waits
    for another process that is in the middle of the same effect.
    """
    connection = connections[database()]
    meta = InboxMessage._meta
    as_stored = meta.get_field("id").get_db_prep_value
    row_id = as_stored(uuid5(event_id, consumer), connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} (id, context, consumer, event_id, consumed_at)"
            " VALUES (%s, %s, %s, %s, CURRENT_TIMESTAMP) ON CONFLICT (id) DO NOTHING",
            [row_id, context, consumer, as_stored(event_id, connection)],
        )
        return bool(cursor.rowcount)


def status() -> list[dict[str, Any]]:
    """Per context: how many messages are remembered, and since when."""
    rows = (
        InboxMessage.objects.using(database())
        .values("context")
        .annotate(messages=Count("id"), oldest=Min("consumed_at"))
    )
    return [dict(row) for row in rows.order_by("context")]


def prune(*, older_than: timedelta) -> int:
    """Forget messages that old, of the contexts that are owned here; returns how many.

    Keep them longer than any delivery may take, dead letters included: a message that comes back after it was
    forgotten has its effect again.
    """
    old = InboxMessage.objects.using(database()).filter(consumed_at__lt=Now() - older_than)
    deleted, _by_model = old.exclude(context__in=contexts_closed_here()).delete()
    return deleted
