"""What may another context ask, and what will it get?

A facade is a class of signatures. Each operation is a descriptor that decides at every call who answers; the caller's
line stays the same from the first day in the monolith to the last one as a service.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

import msgspec
import msgspec.structs

from boundaries.errors import BoundaryError
from boundaries.facades.answer import Kind
from boundaries.facades.domain_error import DomainError
from boundaries.facades.failure import ContractError
from boundaries.facades.present import present

P = ParamSpec("P")
R = TypeVar("R")


def _nowhere(**arguments: Any) -> Any:
    raise NotImplementedError(arguments)


# No snapshot is this object.
NOT_AT_ONCE: tuple[object, Callable[..., Any]] = (object(), _nowhere)


class BadFacade(BoundaryError):
    """Raised at import when a facade or one of its signatures cannot be served over a wire."""

    code = "BD301"
    problem = "{facade}.{operation}: {reason}."
    remedy = "Use keyword-only arguments and standard library types with annotations."


class Ignoring:
    """Names of fields that a comparison of two answers leaves out, wherever they occur."""

    def __init__(self, *fields: str) -> None:
        self.fields = frozenset(fields)


def ignoring(*fields: str) -> Ignoring:
    """Leave these fields out when control and candidate are compared, for example a time of reading."""
    return Ignoring(*fields)


class Operation(Generic[P, R]):
    """One query or command of a facade. Call it with keyword arguments.

    :raises DomainError: the declared ones, with their class, also over the wire.
    :raises boundaries.facades.failure.RemoteFailure: when another process should have answered and did not.
    """

    def __init__(
        self,
        declaration: Callable[..., R],
        *,
        kind: Kind,
        idempotent: bool,
        timeout: float | None,
        raises: Sequence[type[DomainError]],
        compare: Ignoring,
        max_staleness: float | None,
        resolves: str = "",
        finds: str = "",
    ) -> None:
        self.declaration = declaration
        self.name = declaration.__name__
        self.kind = kind
        self.idempotent = idempotent
        self.timeout = timeout
        self.raises = tuple(raises)
        self.compare = compare
        self.max_staleness = max_staleness
        self.resolves = resolves
        self.finds = finds
        # The method that answers while this snapshot lasts: caller, scope and age make no difference.
        self.at_once: tuple[object, Callable[..., Any]] = NOT_AT_ONCE
        self.facade: type[Facade]
        self.context = ""
        self.version = ""
        self.__doc__ = declaration.__doc__

    def __call__(self, *args: P.args, **arguments: P.kwargs) -> R:
        snapshot, method = self.at_once
        if snapshot is present.snapshot and len(arguments) == self._arity and not args:
            return method(**arguments)  # type: ignore[no-any-return]
        if args:
            raise TypeError(f"{self} takes keyword arguments only")
        return _dispatch()(self, arguments, None)  # type: ignore[no-any-return]

    def keyed(self, key: str) -> Callable[P, R]:
        """The same command under an idempotency key of your own: however often it is called, it happens once."""
        if self.kind != "command":
            raise TypeError(f"{self} is a query; only commands take a key")

        def run(*args: P.args, **arguments: P.kwargs) -> R:
            if args:
                raise TypeError(f"{self} takes keyword arguments only")
            return _dispatch()(self, arguments, key)  # type: ignore[no-any-return]

        return run

    def __str__(self) -> str:
        return f"{self.context}.{self.name}"

    # The codec of one operation, built once from its signature.

    def bind(self, facade: type[Facade]) -> None:
        """Attach the operation to its facade and read its signature.

        :raises BadFacade: for positional, variable or unannotated arguments, or types without a JSON form.
        """
        self.facade, self.context, self.version = facade, facade.context, facade.version
        hints = get_type_hints(self.declaration, include_extras=True)
        fields = [self._field(parameter, hints) for parameter in self._parameters()]
        if "return" not in hints:
            raise self._bad("the return annotation is missing")
        self.result = hints["return"]
        self.argument_names = frozenset(field[0] for field in fields)
        self._arity = len(fields)
        if self.resolves and self._arity != 1:
            raise self._bad("what resolves references takes one argument, the identities")
        if self.finds and self.argument_names != {"text", "limit"}:
            raise self._bad("what finds rows for references takes `text` and `limit`")
        try:
            self.arguments = msgspec.defstruct(
                f"{self.name}_arguments", fields, kw_only=True, forbid_unknown_fields=True
            )
            self._decode_arguments = msgspec.json.Decoder(self.arguments)
            self._decode_result = msgspec.json.Decoder(self.result)
            msgspec.json.schema_components([self.arguments, self.result])
        except TypeError as error:
            raise self._bad(str(error)) from error

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        """Refuse unknown or missing arguments as a plain function would.

        :raises TypeError: naming them.
        """
        required = {field.name for field in msgspec.structs.fields(self.arguments) if field.required}
        unknown, missing = arguments.keys() - self.argument_names, required - arguments.keys()
        if unknown or missing:
            raise TypeError(f"{self} got unknown arguments {sorted(unknown)} and lacks {sorted(missing)}")

    def encode_arguments(self, arguments: dict[str, Any]) -> bytes:
        """The arguments as a JSON object."""
        return msgspec.json.encode(arguments, order="deterministic")

    def decode_arguments(self, body: bytes) -> dict[str, Any]:
        """The arguments as typed values.

        :raises msgspec.ValidationError: naming the path of what does not fit.
        """
        decoded = self._decode_arguments.decode(body)
        return {name: getattr(decoded, name) for name in self.arguments.__struct_fields__}

    def encode_result(self, result: R) -> bytes:
        """The result as JSON."""
        return msgspec.json.encode(result)

    def decode_result(self, body: bytes) -> R:
        """The result as typed values.

        :raises ContractError: when the other side answered in another form.
        """
        try:
            return self._decode_result.decode(body)  # type: ignore[no-any-return]
        except msgspec.DecodeError as error:
            raise ContractError(context=self.context, operation=self.name, reason=str(error)) from error

    def _parameters(self) -> list[inspect.Parameter]:
        return [
            item for item in inspect.signature(self.declaration).parameters.values() if item.name != "self"
        ]

    def _field(
        self, parameter: inspect.Parameter, hints: dict[str, Any]
    ) -> tuple[str, Any] | tuple[str, Any, Any]:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise self._bad(f"the argument {parameter.name!r} is not keyword-only")
        if parameter.name not in hints:
            raise self._bad(f"the argument {parameter.name!r} has no annotation")
        if parameter.default is inspect.Parameter.empty:
            return parameter.name, hints[parameter.name]
        return parameter.name, hints[parameter.name], parameter.default

    def _bad(self, reason: str) -> BadFacade:
        return BadFacade(facade=self.facade.__name__, operation=self.name, reason=reason)


def query(
    *,
    compare: Ignoring | None = None,
    timeout: float | None = None,
    raises: Sequence[type[DomainError]] = (),
    max_staleness: float | None = None,
    resolves: str = "",
    finds: str = "",
) -> Callable[[Callable[Concatenate[Any, P], R]], Operation[P, R]]:
    """Declare an operation that reads.

    `timeout` is the deadline of a remote call in seconds. `compare` says what to leave out when two answers are
    compared. `max_staleness`, in seconds, is how old a copy may be that answers; past it the owner is asked.

    `resolves="payments.Payment"` makes it what each `Reference` to that model asks: its one argument takes identities,
    and it returns a dict of those that exist, with what to show. `finds` marks the one that takes `text` and `limit`
    and returns such a dict of what fits the text.
    """

    def declare(method: Callable[Concatenate[Any, P], R]) -> Operation[P, R]:
        return Operation(
            method, kind="query", idempotent=True, timeout=timeout, raises=raises,
            compare=compare or Ignoring(), max_staleness=max_staleness, resolves=resolves, finds=finds,
        )  # fmt: skip

    return declare


def command(
    *, idempotent: bool = True, timeout: float | None = None, raises: Sequence[type[DomainError]] = ()
) -> Callable[[Callable[Concatenate[Any, P], R]], Operation[P, R]]:
    """Declare an operation that writes; it always goes to the owner.

    `idempotent` allows the transport to repeat it under the same key. `raises` lists the domain errors that keep
    their class over the wire.
    """

    def declare(method: Callable[Concatenate[Any, P], R]) -> Operation[P, R]:
        return Operation(
            method, kind="command", idempotent=idempotent, timeout=timeout, raises=raises,
            compare=Ignoring(), max_staleness=None,
        )  # fmt: skip

    return declare


class Facade:
    """The door of one context: `class Payments(Facade, context="payments", version="1")`.

    Operations are called on the class; there are no instances.
    """

    context: ClassVar[str] = ""
    version: ClassVar[str] = ""
    operations: ClassVar[dict[str, Operation[Any, Any]]] = {}

    def __init_subclass__(cls, *, context: str, version: str = "1", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.context, cls.version = context, version
        cls.operations = {name: item for name, item in vars(cls).items() if isinstance(item, Operation)}
        for operation in cls.operations.values():
            operation.bind(cls)
        _facades[context] = cls


def all_facades() -> dict[str, type[Facade]]:
    """Every facade imported so far: context → class."""
    return dict(_facades)


def new_key() -> str:
    """A fresh idempotency key."""
    return str(uuid.uuid4())


@cache
def _dispatch() -> Callable[[Operation[Any, Any], dict[str, Any], str | None], Any]:
    """What runs a call; imported on first use, since it needs Django's models and this module does not."""
    from boundaries.facades.dispatch import call

    return call


_facades: dict[str, type[Facade]] = {}
