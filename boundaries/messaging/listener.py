"""Who must be told about an event, and where do they live?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from boundaries.conf import setting
from boundaries.contexts.map import Context, current_map
from boundaries.contexts.source import MapNotFound
from boundaries.facades.models import Ownership
from boundaries.messaging.consumer import consumers_of
from boundaries.messaging.transaction import database

MONOLITH = "monolith"
_ALL = ".*"


@dataclass(frozen=True, slots=True)
class Listener:
    """One receiver of an event: a consumer known here, or `context.*` for one whose consumers are not."""

    consumer: str
    context: str


def listeners_of(event: str) -> list[Listener]:
    """Every consumer known here, and every context of the map that listens from elsewhere."""
    known = [Listener(consumer=item.name, context=item.context) for item in consumers_of(event)]
    here = {listener.context for listener in known}
    elsewhere = sorted(_contexts_listening_to(event.partition(".")[0]) - here)
    return known + [
        Listener(consumer=context + _ALL, context=context) for context in elsewhere if not is_at_home(context)
    ]


def listeners_in(context: str, event: str) -> list[Listener]:
    """The listeners of one context only."""
    return [listener for listener in listeners_of(event) if listener.context == context]


def is_whole_context(consumer: str) -> bool:
    """Whether the name stands for all consumers of a context that is not at home here."""
    return consumer.endswith(_ALL)


def is_at_home(context: str) -> bool:
    """Whether this deployable has the code of `context`, whoever owns its writes today."""
    side = setting("SIDE")
    if side != MONOLITH:
        return bool(context == side)
    declared = _declared().get(context)
    return declared is None or declared.state != "outside"


def contexts_closed_here() -> frozenset[str]:
    """The contexts whose writes this database refuses.

    A context without an ownership row never moved: it is open.
    """
    closed = Ownership.objects.using(database()).filter(open=False).values_list("context", flat=True)
    return frozenset(closed)


def _contexts_listening_to(teller: str) -> set[str]:
    return {name for name, context in _declared().items() if teller in context.listens_to}


def _declared() -> Mapping[str, Context]:
    try:
        return current_map().contexts
    except MapNotFound:
        return {}
