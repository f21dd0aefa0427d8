"""How many events a second does the relay hand to a broker?"""

from __future__ import annotations

import time
from decimal import Decimal
from statistics import median
from uuid import uuid4

from celery import Celery
from django.db import transaction
from django.db.models.functions import Now

from boundaries.messaging.celery import RECEIVE, queue_of
from boundaries.messaging.models import Delivery, DeliveryState, Event
from boundaries.messaging.publish import publish_all
from boundaries.messaging.receive import message_of
from boundaries.messaging.relay import relay_until_empty
from tests.bench.place import Place
from tests.bench.report import Row
from tests.sample.ledger.public import Deposited

ROUNDS = 5
EVENTS_OF_OURS, EVENTS_OF_THEIRS = 2_000, 150


def run(place: Place) -> list[Row]:
    """Batches of the relay over a loop that claims, sends and commits one message after the other.

    The loop is given a connection to the broker that stays open.
    """
    app = Celery("bench", broker=place.redis_url, set_as_current=True)
    ours, theirs = [], []
    with app.connection_for_write() as connection:
        producer = app.amqp.Producer(connection)
        for _ in range(ROUNDS):
            theirs.append(_rate(EVENTS_OF_THEIRS, lambda: _one_by_one(app, producer)))
            ours.append(_rate(EVENTS_OF_OURS, relay_until_empty))
            _empty_broker(app)
    ratio = median(ours) / median(theirs)
    return [
        Row("relay_batch_ratio", ratio, "x", 20.0, "higher", "one commit per message"),
        Row("relay_events_per_second", median(ours), "events/s", None, "higher", "Redis on the same machine"),
    ]


def _rate(events: int, work: object) -> float:
    with transaction.atomic():
        publish_all([Deposited(account_id=uuid4(), amount=Decimal(1)) for _ in range(events)])
    started = time.perf_counter()
    work()  # type: ignore[operator]
    spent = time.perf_counter() - started
    left = Delivery.objects.filter(state=DeliveryState.PENDING).count()
    assert not left, f"{left} of {events} events were not sent"
    Event.objects.all().delete()
    return events / spent


def _one_by_one(app: Celery, producer: object) -> None:
    while True:
        with transaction.atomic():
            due = Delivery.objects.filter(state=DeliveryState.PENDING).order_by("id")
            delivery = due.select_for_update(skip_locked=True, of=("self",)).select_related("event").first()
            if delivery is None:
                return
            app.send_task(
                RECEIVE, args=[[message_of(delivery)]], queue=queue_of(delivery.context), producer=producer,
                serializer="json", ignore_result=True,
            )  # fmt: skip
            Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENT, settled_at=Now())


def _empty_broker(app: Celery) -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()
