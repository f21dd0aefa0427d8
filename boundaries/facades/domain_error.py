"""How does a context say no in its own words?"""

from __future__ import annotations

from typing import Any, ClassVar, get_type_hints

import msgspec


class DomainError(Exception):
    """A refusal that belongs to the domain; it keeps its class and its facts over the wire.

    >>> class CardDeclined(DomainError, code="payments.card_declined"):
    ...     problem = "The card was declined: {reason}."
    ...     reason: str
    >>> CardDeclined(reason="expired").reason
    'expired'
    """

    code: ClassVar[str] = "domain_error"
    problem: ClassVar[str] = ""

    def __init_subclass__(cls, *, code: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if code is not None:
            cls.code = code

    def __init__(self, **facts: Any) -> None:
        expected = set(fact_types(type(self)))
        if facts.keys() != expected:
            raise TypeError(f"{type(self).__name__} takes exactly {sorted(expected)}, not {sorted(facts)}")
        self.facts = facts
        self.__dict__.update(facts)
        super().__init__(self.problem.format_map(facts) if self.problem else self.code)

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuild, (type(self), self.facts)


def fact_types(error: type[DomainError]) -> dict[str, Any]:
    """The facts that an error class declares: name → annotation."""
    hints = get_type_hints(error)
    return {name: kind for name, kind in hints.items() if name not in _BASE and not name.startswith("_")}


def rebuild(error: type[DomainError], facts: dict[str, Any]) -> DomainError:
    """The error again from its class and its facts as decoded values."""
    return error(**facts)


def encode(error: DomainError) -> bytes:
    """The error as JSON: `{"code", "facts"}`."""
    return msgspec.json.encode({"code": error.code, "facts": error.facts})


def decode(body: bytes, known: tuple[type[DomainError], ...]) -> DomainError | None:
    """The error from JSON as the class that declared its code; None for a code that is not in `known`."""
    wire = msgspec.json.decode(body, type=_Wire)
    for error in known:
        if error.code == wire.code:
            kinds = fact_types(error)
            facts = {
                name: msgspec.convert(wire.facts[name], kind, strict=False) for name, kind in kinds.items()
            }
            return rebuild(error, facts)
    return None


class _Wire(msgspec.Struct):
    code: str
    facts: dict[str, Any]


_BASE = frozenset({"code", "problem", "facts", "args"})
