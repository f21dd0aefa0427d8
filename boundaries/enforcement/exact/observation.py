"""What did the running project say about itself?"""

from __future__ import annotations

import msgspec


class Base(msgspec.Struct, frozen=True):
    """A model class that another inherits directly; `detail` tells how."""

    label: str
    module: str
    detail: str


class Relation(msgspec.Struct, frozen=True):
    """One field, or the explicit table behind it, that points at a model; `declared_in` is a module."""

    name: str
    kind: str
    label: str
    module: str
    detail: str
    constraint: bool
    declared_in: str


class ObservedModel(msgspec.Struct, frozen=True):
    """One concrete model or proxy, with what points from it."""

    label: str
    module: str
    qualname: str
    path: str
    proxy: bool
    bases: tuple[Base, ...]
    relations: tuple[Relation, ...]


class Receiver(msgspec.Struct, frozen=True):
    """One connected receiver; `sender` is None where it hears every sender, or one that is no model."""

    signal: str
    module: str
    qualname: str
    path: str
    line: int
    sender: str | None
    sender_module: str | None


class UrlRoute(msgspec.Struct, frozen=True):
    """One URL pattern: the URLconf that holds it, and the view's module and name."""

    name: str
    urlconf: str
    path: str
    module: str
    qualname: str


class Observation(msgspec.Struct, frozen=True):
    """Everything that a started project said; `apps` is label → package, `schedule` entry → task name, `packages`
    module → file.
    """

    settings: str
    python: str
    django: str
    apps: dict[str, str]
    models: tuple[ObservedModel, ...]
    routes: tuple[UrlRoute, ...]
    tasks: dict[str, str]
    schedule: dict[str, str]
    receivers: tuple[Receiver, ...]
    packages: dict[str, str]
    problems: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True):
    """Why the project did not start: the error, and where in the code."""

    error: str
    message: str
    path: str
    line: int
    missing: str | None


class Answer(msgspec.Struct, frozen=True):
    """What the probe writes when the project did not start."""

    failure: Failure


def decode(text: bytes) -> Observation | Failure:
    """Read the file that the probe wrote.

    :raises msgspec.DecodeError: when it is something else.
    """
    try:
        return msgspec.json.decode(text, type=Answer).failure
    except msgspec.ValidationError:
        return msgspec.json.decode(text, type=Observation)
