"""Which Celery task takes in events from other deployables?"""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError

from boundaries.messaging.celery import RECEIVE


# Stored rows make a repeated task harmless, so it is acknowledged late and given back when its worker dies. A
# failed task would be acknowledged and lost: while the database is away it waits instead, without end.
@shared_task(
    name=RECEIVE,
    bind=True,
    acks_late=True,
    reject_on_worker_lost=True,
    ignore_result=True,
    autoretry_for=(OperationalError, InterfaceError),
    max_retries=None,
    retry_backoff=1,
    retry_backoff_max=30,
)
def receive_task(_task: Task[Any, Any], messages: list[dict[str, Any]]) -> None:
    """Store the events and what is due of them here; the relay of this deployable delivers."""
    from boundaries.messaging.receive import receive

    receive(messages)
