"""What would go wrong with the messaging that can be seen at start-up?"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register

from boundaries.contexts.map import current_map
from boundaries.contexts.ownership import context_of_model
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError
from boundaries.facades.reference import Reference
from boundaries.messaging.consumer import Consumer, all_consumers
from boundaries.messaging.deletion import context_of_target, is_announced, references


class ListensUndeclared(BoundaryError):
    """Reported at start-up: events would silently stop at the day when one of the two contexts leaves."""

    code = "BD410"
    problem = (
        "The consumer {consumer} wants {event}, and the map does not say that {context} listens to {teller}."
    )
    remedy = 'Add "{teller}" to `listens_to` of [tool.boundaries.contexts.{context}].'


class DeletionNotFollowed(BoundaryError):
    """Reported at start-up: the `on_delete` of a reference would never be carried out."""

    code = "BD836"
    problem = "{field} says what becomes of it when {to} is deleted ({meaning}), and {reason}."
    remedy = "{way}."


@register()
def check_deletions(**_kwargs: Any) -> list[CheckMessage]:
    """Whoever deletes what a reference points at tells it, and the reference's context listens."""
    try:
        current_map()
    except MapNotFound:
        return []
    followed = [field for field in references() if field.meaning != "nothing"]
    problems = [problem for field in followed for problem in _not_followed(field)]
    return [
        Warning(problem.what, hint=problem.what_to_do, id=f"boundaries.{problem.code}")
        for problem in problems
    ]


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


def _not_followed(field: Reference) -> list[DeletionNotFollowed]:
    own, other = context_of_model(field.model), context_of_target(field)
    found: list[tuple[str, str]] = []
    if not _is_announced(field.to):
        found.append((f"{field.to} tells nobody", f"Put @announces_deletion() on {field.to}"))
    if other is None:
        found.append(("the map does not say whose that is", "Declare its context in the map"))
    elif own is None:
        found.append(("it belongs to no context of the map", "Declare the context of its model"))
    elif other not in (own, *current_map().contexts[own].listens_to):
        way = f'Add "{other}" to `listens_to` of [tool.boundaries.contexts.{own}]'
        found.append((f"{own} does not listen to {other}", way))
    facts = {"field": str(field), "to": field.to, "meaning": field.meaning}
    return [DeletionNotFollowed(**facts, reason=reason, way=way) for reason, way in found]


def _is_announced(label: str) -> bool:
    """True also where the model is not installed here: its own side is asked."""
    try:
        return is_announced(apps.get_model(label))
    except (LookupError, ValueError):
        return True
