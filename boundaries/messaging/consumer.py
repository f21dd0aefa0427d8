"""Who wants to know?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from boundaries.errors import BoundaryError
from boundaries.messaging.envelope import Envelope
from boundaries.messaging.event import type_of_class

F = TypeVar("F", bound=Callable[[Any, Envelope], object])

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_.]*")


class BadConsumer(BoundaryError):
    """Raised at import when a consumer's name is not `context.what_it_does`, or is taken."""

    code = "BD405"
    problem = "The consumer {name!r} on {declared_by}: {reason}."
    remedy = "Its name is a durable identity: `context.what_it_does`, in lower case, once per project."


class UnknownConsumer(BoundaryError):
    """Raised when a delivery names a consumer that this process does not have."""

    code = "BD406"
    problem = "No consumer is named {name!r} in this process."
    remedy = "Deploy the code that has it and run `boundaries outbox retry`, or `boundaries outbox skip`."


@dataclass(frozen=True, slots=True)
class Consumer:
    """One function that wants some events. Its name is its identity in the outbox and the inbox."""

    name: str
    events: tuple[str, ...]
    function: Callable[[Any, Envelope], object]

    @property
    def context(self) -> str:
        """The context it belongs to: the first word of the name."""
        return self.name.partition(".")[0]


_consumers: dict[str, Consumer] = {}


def consumer(*events: type, name: str) -> Callable[[F], F]:
    """Declare a function `(event, envelope)` as a consumer.

    It runs in a transaction with its inbox row, so what it writes here happens once however often the event
    arrives. It must not call another context's commands: publish an event or start a saga instead. Renaming
    it means that it will see no old event again and is a stranger to deliveries under way.

    :raises BadConsumer: at import.
    :raises UnknownEvent: when a class was not declared with @event.
    """

    def declare(function: F) -> F:
        _check(function, name)
        names = tuple(type_of_class(cls).name for cls in events)
        _consumers[name] = Consumer(name=name, events=names, function=function)
        return function

    return declare


def consumer_named(name: str) -> Consumer:
    """The consumer of that name.

    :raises UnknownConsumer: when this process does not have it.
    """
    if name not in _consumers:
        raise UnknownConsumer(name=name)
    return _consumers[name]


def consumers_of(event: str) -> list[Consumer]:
    """The consumers of an event's name, sorted by name."""
    return [item for _name, item in sorted(_consumers.items()) if event in item.events]


def all_consumers() -> list[Consumer]:
    """Every consumer imported so far, sorted by name."""
    return [item for _name, item in sorted(_consumers.items())]


def _check(function: Callable[..., object], name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadConsumer(
            name=name, declared_by=function.__qualname__, reason="that is not a consumer's name"
        )
    other = _consumers.get(name)
    if other is None:
        return
    taken = f"{other.function.__module__}.{other.function.__qualname__}"
    if taken != f"{function.__module__}.{function.__qualname__}":
        raise BadConsumer(
            name=name, declared_by=function.__qualname__, reason=f"the name is taken by {taken}"
        )
