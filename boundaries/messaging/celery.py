"""How does an event reach a context that lives in another deployable?

By one Celery task on that deployable's queue. Redis or RabbitMQ only carry it: the event stays in the outbox
here, is stored in the outbox there, and the inbox makes a second arrival harmless.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError
from boundaries.messaging.listener import MONOLITH

logger = logging.getLogger(__name__)

RECEIVE = "boundaries.messaging.receive"

# No retries below ours: kombu would sit through several seconds of them while local deliveries wait.
# Without confirmation RabbitMQ may lose what it never stored; Redis does not know the option.
_AT_ONCE = {"max_retries": 0, "confirm_publish": True}


class CeleryMissing(BoundaryError):
    """Raised when an event must reach another deployable and Celery is not installed."""

    code = "BD407"
    problem = "Events for {context} go to another service by Celery, which is not installed here."
    remedy = (
        "Install django-strangler[tasks], or set BOUNDARIES['TRANSPORT'] to 'none' to hold such events back."
    )


class BrokerMissing(BoundaryError):
    """Raised when Celery is installed and no Celery app of this process names a broker."""

    code = "BD408"
    problem = (
        "Events for {context} go to another service by Celery, and no broker is configured in this process."
    )
    remedy = "Create the project's Celery app where its package is imported, with broker_url set."


def queue_of(context: str) -> str:
    """The queue on which the deployable that should have `context` listens, when it is not open here.

    The monolith knows every owner, so a service sends to it whatever has not left it for good.
    """
    side = setting("SIDE")
    if side == MONOLITH or (context != side and _is_outside(context)):
        return f"boundaries.{context}"
    return f"boundaries.{MONOLITH}"


def own_queue() -> str:
    """The queue on which this deployable's worker must listen, with one process to keep the order."""
    return f"boundaries.{setting('SIDE')}"


def send(messages: Sequence[dict[str, Any]], *, context: str) -> None:
    """Hand messages to the broker in order, as one task.

    :raises CeleryMissing: without the extra `tasks`.
    :raises BrokerMissing: when no app of this process has a broker.
    :raises kombu.exceptions.OperationalError: when the broker does not take them.
    """
    if find_spec("celery") is None:
        raise CeleryMissing(context=context)
    from celery import current_app

    if not current_app.conf.broker_url:
        raise BrokerMissing(context=context)
    was_open = _line.producer is not None
    try:
        _send(current_app, messages, context)
    except Exception:
        hang_up()
        if not was_open:
            raise
        # The broker may have hung up long ago. That both attempts arrive does no harm.
        _send(current_app, messages, context)


def open_line() -> None:
    """Connect this thread to the broker beforehand, where there is one: the first event need not wait for it."""
    if setting("TRANSPORT") == "none" or find_spec("celery") is None:
        return
    from celery import current_app

    if not current_app.conf.broker_url:
        return
    try:
        _producer_of(current_app).connection.ensure_connection(max_retries=0)
    except Exception as error:  # noqa: BLE001 - brokers raise many classes; the first event will tell more
        logger.warning("the broker does not answer yet: %s", error)
        hang_up()


def hang_up() -> None:
    """Close this thread's line to the broker."""
    producer, _line.producer = _line.producer, None
    if producer is not None:
        with suppress(Exception):
            producer.connection.release()


class _Line(threading.local):
    """A thread's producer, kept between batches: to open one costs more than to send a batch."""

    producer: Any = None


_line = _Line()


def _producer_of(app: Any) -> Any:
    if _line.producer is None:
        _line.producer = app.amqp.Producer(app.connection_for_write(transport_options=_AT_ONCE))
    return _line.producer


def _send(app: Any, messages: Sequence[dict[str, Any]], context: str) -> None:
    app.send_task(
        RECEIVE,
        args=[list(messages)],
        queue=queue_of(context),
        producer=_producer_of(app),
        serializer="json",
        ignore_result=True,
        retry=False,
    )


def _is_outside(context: str) -> bool:
    try:
        declared = current_map().contexts.get(context)
    except MapNotFound:
        return False
    return declared is not None and declared.state == "outside"
