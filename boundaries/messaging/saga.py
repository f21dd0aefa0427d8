"""How is a piece of work described that no single transaction can hold?

A saga is a list of steps, each a command of one context with a command that undoes it. Up to the pivot
everything can be undone; after it everything must succeed in the end. Nothing is isolated meanwhile: others
see reserved seats, so give such things a state of their own.

Without a coordinator, contexts can also react to each other's events by consumers alone (choreography); then
nobody knows the whole, which is fine for notifications and wrong for money.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal, get_type_hints
from uuid import uuid4

import msgspec
from django.db.models.functions import Now
from django.utils import timezone

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.facades.principal import current_principal
from boundaries.messaging.models import SagaInstance
from boundaries.messaging.transaction import database, is_in_transaction

Do = Callable[[Any, str], Mapping[str, Any] | None]
Undo = Callable[[Any, str], object]


class BadSaga(BoundaryError):
    """Raised at import for a saga that could get stuck half way."""

    code = "BD411"
    problem = "The saga {name!r} version {version}: {reason}."
    remedy = "Every step before the pivot needs an undo, none after it; without a pivot, the last step is it."


class UnknownSaga(BoundaryError):
    """Raised when an instance names a saga, or a version of one, that this process does not have."""

    code = "BD412"
    problem = "No saga {name!r} of version {version} is known in this process."
    remedy = "Keep the class of an old version until `boundaries saga list` shows none of it running."


class SagaOutsideTransaction(BoundaryError):
    """Raised when a saga is started where no transaction ties it to what it belongs to."""

    code = "BD413"
    problem = "The saga {name!r} was started outside a transaction."
    remedy = (
        "Start it in the transaction.atomic() block that stores what it is about; run it after the commit."
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step: `do` and `undo` take the saga's data and an idempotency key, to be passed to `.keyed(key)`.

    `do` may return a dict of changes to the data. `undo` must accept that the step may not have happened at
    all.
    """

    do: Do
    undo: Undo | None = None
    is_pivot: bool = False
    name: str = ""


def step(do: Do, *, undo: Undo | None = None, pivot: bool = False) -> Step:
    """Declare a step of a saga; the attribute's name is the step's name."""
    return Step(do=do, undo=undo, is_pivot=pivot)


class Saga:
    """Base of all sagas: `class Checkout(Saga, name="bookings.checkout", version=1, context="bookings")`.

    `data` is annotated with a frozen dataclass of JSON-able values. Further class keywords:

    - `deadline_seconds`: past it, a saga before its pivot is undone instead of retried;
    - `on_unavailable`: "retry" a step before the pivot that another service did not answer, or "compensate"
      at once;
    - `independent_undo`: when one undo must wait for a service, go on with the others meanwhile;
    - `attempts`: how often a step that fails in a way that nobody expected is tried before a person must
      look.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    context: ClassVar[str] = ""
    deadline_seconds: ClassVar[float] = 900.0
    on_unavailable: ClassVar[Literal["retry", "compensate"]] = "retry"
    independent_undo: ClassVar[bool] = False
    attempts: ClassVar[int] = 8
    steps: ClassVar[tuple[Step, ...]] = ()
    pivot: ClassVar[int] = 0
    data: Any
    data_type: ClassVar[type]

    def __init_subclass__(cls, *, name: str, context: str, version: int = 1, **options: Any) -> None:
        super().__init_subclass__()
        cls.name, cls.context, cls.version = name, context, version
        for option, value in options.items():
            if option not in _OPTIONS:
                raise cls._bad(f"{option!r} is not an option; there are {', '.join(_OPTIONS)}")
            setattr(cls, option, value)
        cls.steps = tuple(
            dataclasses.replace(item, name=attribute)
            for attribute, item in vars(cls).items()
            if isinstance(item, Step)
        )
        cls.data_type = get_type_hints(cls).get("data", object)
        cls._check()
        _sagas[name, version] = cls

    @classmethod
    def start(
        cls, data: Any, *, key: str | None = None, resume_after_seconds: float | None = None
    ) -> SagaInstance:
        """Store a new instance in the caller's transaction.

        Run it with `run_saga(instance.id)` after the commit.

        A second start with the same key returns the first instance. When nobody runs it, a worker takes it up
        after `resume_after_seconds`, by default SAGA_LEASE_SECONDS; 0 hands it to the workers at once.

        :raises SagaOutsideTransaction: outside transaction.atomic(); a test case's own transaction does not
        count.
        """
        if not is_in_transaction():
            raise SagaOutsideTransaction(name=cls.name)
        principal = current_principal()
        pause = setting("SAGA_LEASE_SECONDS") if resume_after_seconds is None else resume_after_seconds
        new = SagaInstance(
            context=cls.context,
            name=cls.name,
            version=cls.version,
            key=str(uuid4()) if key is None else key,
            data=cls.encode(data),
            principal=msgspec.to_builtins(principal) if principal else None,
            deadline_at=timezone.now() + timedelta(seconds=cls.deadline_seconds),
            due_at=Now() + timedelta(seconds=pause),
        )
        instances = SagaInstance.objects.using(database())
        instances.bulk_create([new], ignore_conflicts=True)
        return instances.get(name=cls.name, key=new.key)

    @classmethod
    def encode(cls, data: Any) -> Any:
        """The data as JSON values."""
        return msgspec.to_builtins(data, str_keys=True)

    @classmethod
    def decode(cls, stored: Any) -> Any:
        """The data again, as the class that `data` is annotated with."""
        return msgspec.convert(stored, cls.data_type)

    @classmethod
    def _check(cls) -> None:
        if not cls.steps:
            raise cls._bad("it has no steps")
        if not (inspect.isclass(cls.data_type) and dataclasses.is_dataclass(cls.data_type)):
            raise cls._bad("`data` is not annotated with a dataclass")
        pivots = [number for number, item in enumerate(cls.steps) if item.is_pivot]
        if len(pivots) > 1:
            raise cls._bad("it has more than one pivot")
        cls.pivot = pivots[0] if pivots else len(cls.steps) - 1
        for number, item in enumerate(cls.steps):
            if number < cls.pivot and item.undo is None:
                raise cls._bad(f"the step {item.name!r} comes before the pivot and has no undo")
            if number > cls.pivot and item.undo is not None:
                raise cls._bad(
                    f"the step {item.name!r} comes after the pivot and has an undo, which would never run"
                )

    @classmethod
    def _bad(cls, reason: str) -> BadSaga:
        return BadSaga(name=cls.name, version=cls.version, reason=reason)


_OPTIONS = ("deadline_seconds", "on_unavailable", "independent_undo", "attempts")
_sagas: dict[tuple[str, int], type[Saga]] = {}


def saga_named(name: str, version: int) -> type[Saga]:
    """The class of a saga in the version that an instance was started with.

    :raises UnknownSaga: when this process does not have it.
    """
    if (name, version) not in _sagas:
        raise UnknownSaga(name=name, version=version)
    return _sagas[name, version]


def known_sagas() -> list[tuple[str, int]]:
    """Name and version of every saga imported so far."""
    return sorted(_sagas)
