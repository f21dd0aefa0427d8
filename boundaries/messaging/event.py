"""What can be told, and in which words?

An event is a frozen dataclass of a context's public package, in the past tense. Its name and version are its
identity in the outbox and on the wire; the class may be renamed and moved freely.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from boundaries.errors import BoundaryError

T = TypeVar("T")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_.]*")


class BadEvent(BoundaryError):
    """Raised at import for a class that cannot be an event, or a name that is not `context.what_happened`."""

    code = "BD402"
    problem = "The event {name!r} on {declared_by}: {reason}."
    remedy = "An event is a frozen dataclass, named `context.what_happened`, whose key is one of its fields."


class UnknownEvent(BoundaryError):
    """Raised when something that was never declared with @event is published or has to be decoded."""

    code = "BD403"
    problem = "{name!r} is not an event that this process knows."
    remedy = "Decorate its class with @event and import the module that holds it before it is needed."


class UndecodableEvent(BoundaryError):
    """Raised when a stored event does not fit its class: no upcaster, or a field changed its type."""

    code = "BD404"
    problem = "{name} version {version} cannot be read as version {current}: {reason}."
    remedy = "Add @upcast({name!r}, {version}, ...) or give the new field a default; then retry the delivery."


@dataclass(frozen=True, slots=True)
class EventType:
    """One declared event: `key` names the field within whose value order is kept."""

    name: str
    version: int
    key: str
    cls: type

    @property
    def context(self) -> str:
        """The context that tells it: the first word of the name."""
        return self.name.partition(".")[0]


_by_name: dict[str, EventType] = {}
_by_class: dict[type, EventType] = {}
_upcasters: dict[tuple[str, int], tuple[int, Upcaster]] = {}


def event(name: str, *, version: int = 1, key: str) -> Callable[[type[T]], type[T]]:
    """Declare a frozen dataclass as an event.

    Events with equal values of the field `key` reach each consumer in the order they were published in,
    provided that their transactions came one after another.

    :raises BadEvent: at import, for anything that could not be stored, ordered or read back.
    """

    def declare(cls: type[T]) -> type[T]:
        _check(cls, name, key)
        declared = EventType(name=name, version=version, key=key, cls=cls)
        _by_name[name] = declared
        _by_class[cls] = declared
        return cls

    return declare


def upcast(name: str, from_version: int, to_version: int) -> Callable[[Upcaster], Upcaster]:
    """Declare how the payload of an old version, a dict of JSON values, becomes that of a newer one."""

    def declare(function: Upcaster) -> Upcaster:
        if to_version <= from_version:
            raise BadEvent(
                name=name,
                declared_by=function.__qualname__,
                reason="an upcaster must lead to a later version",
            )
        _upcasters[name, from_version] = (to_version, function)
        return function

    return declare


def type_of(value: object) -> EventType:
    """The declaration of an event's class.

    :raises UnknownEvent: when the class was never declared.
    """
    declared = _by_class.get(type(value))
    if declared is None:
        raise UnknownEvent(name=type(value).__qualname__)
    return declared


def type_of_class(cls: type) -> EventType:
    """The declaration of a class.

    :raises UnknownEvent: when the class was never declared.
    """
    if cls not in _by_class:
        raise UnknownEvent(name=cls.__qualname__)
    return _by_class[cls]


def type_named(name: str) -> EventType:
    """The declaration with that name.

    :raises UnknownEvent: when nothing of that name was imported.
    """
    if name not in _by_name:
        raise UnknownEvent(name=name)
    return _by_name[name]


def encode(value: object) -> dict[str, Any]:
    """The event as a dict of JSON values."""
    encoded: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    return encoded


def decode(name: str, version: int, payload: dict[str, Any]) -> Any:
    """The event again, lifted to the version that this process knows; unknown fields are ignored.

    :raises UnknownEvent: when nothing of that name was imported.
    :raises UndecodableEvent: when the payload does not fit, naming the path of what does not.
    """
    declared = type_named(name)
    data, reached = payload, version
    while reached < declared.version:
        if (name, reached) not in _upcasters:
            raise UndecodableEvent(
                name=name, version=reached, current=declared.version, reason="no upcaster leads there"
            )
        reached, lift = _upcasters[name, reached]
        data = lift(dict(data))
    try:
        return msgspec.convert(data, declared.cls)
    except msgspec.ValidationError as error:
        raise UndecodableEvent(
            name=name, version=version, current=declared.version, reason=str(error)
        ) from error


def _check(cls: type, name: str, key: str) -> None:
    def refuse(reason: str) -> BadEvent:
        return BadEvent(name=name, declared_by=cls.__qualname__, reason=reason)

    if not _NAME.fullmatch(name):
        raise refuse("the name must read `context.what_happened`, in lower case")
    if not dataclasses.is_dataclass(cls) or not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise refuse("the class is not a frozen dataclass (@event goes above @dataclass(frozen=True))")
    if key not in {field.name for field in dataclasses.fields(cls)}:
        raise refuse(f"the key {key!r} is not one of its fields")
    other = _by_name.get(name)
    if other is not None and (other.cls.__module__, other.cls.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise refuse(f"the name is taken by {other.cls.__module__}.{other.cls.__qualname__}")
