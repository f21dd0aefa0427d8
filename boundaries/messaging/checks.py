"""What would go wrong with the messaging that can be seen at start-up?"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from boundaries.contexts.map import current_map
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError
from boundaries.messaging.consumer import Consumer, all_consumers


class ListensUndeclared(BoundaryError):
    """Reported at start-up: events would silently stop at the day when one of the two contexts leaves."""

    code = "BD410"
    problem = (
        "The consumer {consumer} wants {event}, and the map does not say that {context} listens to {teller}."
    )
    remedy = 'Add "{teller}" to `listens_to` of [tool.boundaries.contexts.{context}].'


@register()
def check_listeners(**_kwargs: Any) -> list[CheckMessage]:
    """Each consumer's context declares the contexts that it listens to."""
    try:
        contexts = current_map().contexts
    except MapNotFound:
        return []
    undeclared = [
        ListensUndeclared(consumer=consumer.name, event=event, context=consumer.context, teller=teller)
        for consumer in all_consumers()
        for event, teller in _tellers(consumer)
        if consumer.context in contexts and teller not in contexts[consumer.context].listens_to
    ]
    return [
        Error(problem.what, hint=problem.what_to_do, id=f"boundaries.{problem.code}")
        for problem in undeclared
    ]


def _tellers(consumer: Consumer) -> list[tuple[str, str]]:
    tellers = [(event, event.partition(".")[0]) for event in consumer.events]
    return [(event, teller) for event, teller in tellers if teller != consumer.context]
