"""What must come to an end before a project can do without the kit?"""

from __future__ import annotations

from django.db import DatabaseError

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.watch.eject.table import tables_of


class ExtractionUnderWay(BoundaryError):
    """Raised when the kit should go while a context is between the monolith and its service."""

    code = "BD870"
    problem = "{contexts} is on its way: gates and capture in both databases need the kit."
    remedy = "Finish it (`boundaries extract {contexts}` says what comes next), or `abort` it."


class MessagesUndelivered(BoundaryError):
    """Raised when the kit should go while it still has something to deliver or to finish."""

    code = "BD871"
    problem = "{what} would be lost."
    remedy = "Let the relay run until `boundaries outbox status` shows none; retry or skip what is stuck."


class DatabaseSilent(BoundaryError):
    """Raised when nobody can say whether something is under way."""

    code = "BD873"
    problem = "The database could not be asked what is under way: {reason}."
    remedy = "Check the connection; without an answer nothing is taken out."


def require_none() -> None:
    """Nothing is under way, as far as this process's database knows.

    :raises ExtractionUnderWay, MessagesUndelivered: naming what is.
    :raises DatabaseSilent: when the database does not answer.
    """
    for obstacle in find_obstacles():
        raise obstacle


def find_obstacles() -> list[BoundaryError]:
    """What stands in the way, as the refusals that it would be."""
    try:
        return [*_extractions(), *_messages()]
    except DatabaseError as error:
        return [DatabaseSilent(reason=str(error).strip().partition("\n")[0])]


def _extractions() -> list[BoundaryError]:
    if not tables_of("strangler"):
        return []
    from boundaries.strangler.models import LEFT, Extraction, Wanted

    under_way = [
        row.context
        for row in Extraction.objects.using(setting("DATABASE"))
        if row.wanted == Wanted.FOLLOWING or (row.reached == "switch-writes" and LEFT not in row.facts)
    ]
    return [ExtractionUnderWay(contexts=", ".join(under_way))] if under_way else []


def _messages() -> list[BoundaryError]:
    if not tables_of("messaging"):
        return []
    from boundaries.messaging.models import HOLDING, UNFINISHED, Delivery, SagaInstance, SagaState

    using = setting("DATABASE")
    stuck = [*UNFINISHED, SagaState.NEEDS_ATTENTION]
    waiting = Delivery.objects.using(using).filter(state__in=HOLDING).count()
    sagas = SagaInstance.objects.using(using).filter(state__in=stuck).count()
    counted = [
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((waiting, "undelivered event"), (sagas, "unfinished saga"))
        if count
    ]
    return [MessagesUndelivered(what=" and ".join(counted))] if counted else []
