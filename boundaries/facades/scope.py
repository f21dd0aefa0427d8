"""What has this request, task or saga step done so far?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """The contexts written so far; queries to them are answered by the owner for the rest of the scope."""

    written: set[str] = field(default_factory=set)


_scope: ContextVar[Scope | None] = ContextVar("boundaries_scope", default=None)


@contextmanager
def call_scope() -> Iterator[Scope]:
    """Open a scope: one per request, task, consumer or saga step. Scopes do not nest: the innermost counts."""
    scope = Scope()
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def mark_written(context: str) -> None:
    """Remember that a command of `context` succeeded, so that what is read next includes it."""
    scope = _scope.get()
    if scope is not None:
        scope.written.add(context)


def has_written(context: str) -> bool:
    """Whether a command of `context` has succeeded in this scope."""
    scope = _scope.get()
    return scope is not None and context in scope.written
