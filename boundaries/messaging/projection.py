"""How does a context keep a table that only repeats what events have said, and how is it made anew?

A projection is one consumer with a handler per event. Since its table holds nothing else, it can be thrown
away and played again from the events that are still kept: after a bug, or when a new projection wants the
past.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db import connections, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from boundaries.messaging.consumer import consumer
from boundaries.messaging.envelope import Envelope, consuming
from boundaries.messaging.event import decode, type_of_class
from boundaries.messaging.local import envelope_of
from boundaries.messaging.models import HOLDING, Delivery, Event, InboxMessage
from boundaries.messaging.transaction import database

Handler = TypeVar("Handler", bound=Callable[..., None])

_CHUNK_ROWS = 2000


def on(event: type) -> Callable[[Handler], Handler]:
    """Declare a method `(self, event, envelope)` of a projection as the handler of one event."""

    def declare(method: Handler) -> Handler:
        method.handles = event  # type: ignore[attr-defined]
        return method

    return declare


class Projection:
    """Base of read models: `class Offers(Projection, name="catalogue.offers", models=[Offer])`.

    `models` are the tables that the handlers write and nobody else does. Handlers must not publish: they
    run again.
    """

    name: ClassVar[str] = ""
    models: ClassVar[tuple[type[Model], ...]] = ()
    handlers: ClassVar[dict[str, Callable[..., None]]] = {}

    def __init_subclass__(cls, *, name: str, models: list[type[Model]]) -> None:
        super().__init_subclass__()
        cls.name, cls.models = name, tuple(models)
        handled = [(item.handles, item) for item in vars(cls).values() if hasattr(item, "handles")]
        cls.handlers = {type_of_class(event).name: method for event, method in handled}

        def consume(event: Any, envelope: Envelope) -> None:
            cls._consume(event, envelope)

        consume.__module__, consume.__qualname__ = cls.__module__, cls.__qualname__
        consumer(*(event for event, _method in handled), name=name)(consume)

    @classmethod
    def rebuild(cls) -> int:
        """Empty the tables and play every kept event again, in one transaction; returns how many events.

        Readers see the old rows until it commits. Deliveries to this projection wait meanwhile; those that
        are still under way are left to them. Events come in the order of their ids, which across hosts is
        that of their clocks.
        """
        alias = database()
        with transaction.atomic(using=alias):
            cls._lock("pg_advisory_xact_lock")
            for model in cls.models:
                QuerySet(model, using=alias).delete()
            count = 0
            for row in cls._past().iterator(chunk_size=_CHUNK_ROWS):
                cls._apply(decode(row.type, row.version, row.payload), envelope_of(row))
                count += 1
        return count

    @classmethod
    def _consume(cls, event: Any, envelope: Envelope) -> None:
        cls._lock("pg_advisory_xact_lock_shared")
        cls._apply(event, envelope)

    @classmethod
    def _apply(cls, event: Any, envelope: Envelope) -> None:
        with consuming(envelope):
            cls.handlers[envelope.name](cls(), event, envelope)

    @classmethod
    def _past(cls) -> QuerySet[Event]:
        """The kept events that no delivery will bring any more."""
        alias = database()
        consumed = InboxMessage.objects.using(alias).filter(consumer=cls.name, event_id=OuterRef("id"))
        coming = Delivery.objects.using(alias).filter(
            consumer=cls.name, event=OuterRef("id"), state__in=HOLDING
        )
        events = Event.objects.using(alias).filter(type__in=cls.handlers)
        return events.filter(Exists(consumed) | ~Exists(coming)).order_by("id")

    @classmethod
    def _lock(cls, function: str) -> None:
        with connections[database()].cursor() as cursor:
            cursor.execute(
                f"SELECT {function}(hashtextextended(%s, 0))", [f"boundaries projection {cls.name}"]
            )
