"""Who goes on with a saga when the one who started it does not?"""

from __future__ import annotations

import logging
import threading

from django.db.models import Q
from django.db.models.functions import Now

from boundaries.facades.failure import OwnerMoved
from boundaries.facades.startup import require_ready
from boundaries.messaging.listener import contexts_closed_here
from boundaries.messaging.loop import run_forever
from boundaries.messaging.models import UNFINISHED, SagaInstance
from boundaries.messaging.saga import known_sagas
from boundaries.messaging.saga_run import run_saga
from boundaries.messaging.transaction import database

logger = logging.getLogger(__name__)

_SAGAS_PER_ROUND = 50
_IDLE_SECONDS = 1.0


def resume_forever(stop: threading.Event) -> None:
    """Go on with due sagas until `stop` is set; the step under way is finished first.

    :raises boundaries.errors.BoundaryError: at the start, on another side's database or without readable
    owners.
    """
    require_ready()
    run_forever(lambda: resume_round(stop=stop), stop=stop, idle_seconds=_IDLE_SECONDS)


def resume_until_empty() -> int:
    """Go on with every saga that is due now; returns how many were taken up."""
    total = 0
    while resumed := resume_round():
        total += resumed
    return total


def resume_round(*, stop: threading.Event | None = None) -> int:
    """Take up some of the sagas whose time has come and which nobody holds; returns how many.

    Left alone are those of a context that is written elsewhere, and of a version that this process does not
    have.
    """
    taken = 0
    for row in _due():
        if stop is not None and stop.is_set():
            break
        try:
            run_saga(row.id)
        except OwnerMoved:
            logger.info("saga %s goes on at the other side", row.id)
        except Exception:
            # One saga must not stop the others; its lease keeps it away from this loop for a while.
            logger.exception("saga %s could not be taken up", row.id)
        taken += 1
    return taken


def _due() -> list[SagaInstance]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=Now())
    known = Q()
    for name, version in known_sagas():
        known |= Q(name=name, version=version)
    if not known:
        return []
    rows = SagaInstance.objects.using(database()).filter(free, known, state__in=UNFINISHED, due_at__lte=Now())
    return list(rows.exclude(context__in=contexts_closed_here()).order_by("due_at")[:_SAGAS_PER_ROUND])
