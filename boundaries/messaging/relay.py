"""How do events get from the outbox to the consumers?

A round claims, hands over and settles, each in its own transaction, and nothing is held while a consumer or a
broker is at work. A relay that is killed anywhere leaves a lease that runs out; the inbox makes the
repetition harmless.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from itertools import groupby

from boundaries.conf import setting
from boundaries.facades.fence import rejection
from boundaries.facades.startup import require_ready
from boundaries.faults import fault_point
from boundaries.messaging.celery import hang_up, open_line, send
from boundaries.messaging.claim import Batch, Outcome, Result, backoff_seconds, claim, settle
from boundaries.messaging.listener import contexts_closed_here, is_at_home
from boundaries.messaging.local import consume
from boundaries.messaging.loop import run_forever
from boundaries.messaging.models import Delivery
from boundaries.messaging.receive import message_of

logger = logging.getLogger(__name__)

_RETRIES_PER_ROUND = 20
_RETRY_SECONDS = 0.2
_OWNER_PAUSE_SECONDS = 0.2
_BROKER_PAUSE_SECONDS = 2.0
_ERROR_CHARACTERS = 4000


def relay_forever(stop: threading.Event) -> None:
    """Deliver until `stop` is set; then finish the delivery under way and give the others back.

    Looks for work every 0.2 s when there was none. Survives a database that goes away and comes back.

    :raises boundaries.errors.BoundaryError: at the start, on another side's database or without readable
    owners.
    """
    require_ready()
    open_line()
    look_again_at = 0.0

    def round_of_work() -> int:
        nonlocal look_again_at
        is_time = time.monotonic() >= look_again_at
        if is_time:
            look_again_at = time.monotonic() + _RETRY_SECONDS
        return relay_round(stop=stop, with_retries=is_time)

    try:
        run_forever(round_of_work, stop=stop)
    finally:
        hang_up()


def relay_until_empty() -> int:
    """Deliver everything that is due now; returns how many attempts were made."""
    total = 0
    while handled := relay_round():
        total += handled
    return total


def relay_round(*, stop: threading.Event | None = None, with_retries: bool = True) -> int:
    """Claim, hand over and settle one batch of first attempts, then a few retries one by one.

    Returns how many attempts were made.
    """
    stopping = stop or threading.Event()
    handled = _relay(claim(limit=setting("RELAY_BATCH"), is_retry=False), stopping)
    for _number in range(_RETRIES_PER_ROUND if with_retries else 0):
        retried = 0 if stopping.is_set() else _relay(claim(limit=1, is_retry=True), stopping)
        handled += retried
        if not retried:
            break
    return handled


def _relay(batch: Batch, stop: threading.Event) -> int:
    if not batch.deliveries:
        return 0
    fault_point("relay.after_claim")
    outcomes = list(_hand_over(batch, stop))
    fault_point("relay.before_settle")
    settle(batch, outcomes)
    return len(outcomes)


def _hand_over(batch: Batch, stop: threading.Event) -> Iterator[Outcome]:
    closed = contexts_closed_here()
    for delivery in batch.deliveries:
        if delivery.attempts > setting("DELIVERY_ATTEMPTS"):
            yield _failed(delivery, "Every attempt ended with the death of its relay.")
    alive = [item for item in batch.deliveries if item.attempts <= setting("DELIVERY_ATTEMPTS")]
    here = [item for item in alive if is_at_home(item.context) and item.context not in closed]
    yield from _send_away([item for item in alive if item not in here])
    for delivery in here:
        if stop.is_set() or not batch.has_time():
            yield Outcome(delivery, Result.RETURNED)
        else:
            yield _deliver(delivery)


def _deliver(delivery: Delivery) -> Outcome:
    try:
        consume(delivery)
    except Exception as error:
        if rejection(error):
            # The owner moved under us: the next round reads the owners again and sends it there.
            return Outcome(delivery, Result.RETURNED, delay_seconds=_OWNER_PAUSE_SECONDS)
        logger.warning("consumer %s failed on event %s", delivery.consumer, delivery.event_id, exc_info=True)
        return _failed(delivery, traceback.format_exc()[-_ERROR_CHARACTERS:])
    fault_point("relay.after_send")
    return Outcome(delivery, Result.DONE)


def _send_away(deliveries: list[Delivery]) -> Iterator[Outcome]:
    def context_of(delivery: Delivery) -> str:
        return delivery.context

    for context, group in groupby(sorted(deliveries, key=context_of), key=context_of):
        together = list(group)
        problem = _send(together, context)
        for delivery in together:
            if problem:
                yield Outcome(delivery, Result.RETURNED, problem, _BROKER_PAUSE_SECONDS)
            else:
                yield Outcome(delivery, Result.SENT)


def _send(deliveries: list[Delivery], context: str) -> str:
    if setting("TRANSPORT") == "none":
        return f"{context} lives elsewhere and BOUNDARIES['TRANSPORT'] is 'none': held back."
    try:
        send([message_of(delivery) for delivery in deliveries], context=context)
    except Exception as error:  # noqa: BLE001 - brokers raise many classes; none of them is the event's fault
        logger.warning("events for %s could not be sent: %s", context, error)
        return str(error)[-_ERROR_CHARACTERS:]
    fault_point("relay.after_send")
    return ""


def _failed(delivery: Delivery, error: str) -> Outcome:
    return Outcome(delivery, Result.FAILED, error, backoff_seconds(delivery.attempts))
