"""On whose behalf is a call made?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

Source = Callable[[], "Principal | None"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: travels signed with each remote call, never as a user model or a session.

    `subject` is the identity as text; `authenticated_at` is seconds since the epoch.
    """

    subject: str
    scopes: tuple[str, ...] = ()
    tenant: str | None = None
    authenticated_at: float | None = None


_source: ContextVar[Source | None] = ContextVar("boundaries_principal", default=None)


def current_principal() -> Principal | None:
    """The principal of the present request, task or served call; None where nobody is known."""
    source = _source.get()
    return source() if source else None


@contextmanager
def acting_as(principal: Principal | Source | None) -> Iterator[None]:
    """Make `principal` the current one for the block; a callable is asked only when somebody wants to know."""
    if principal is None or isinstance(principal, Principal):
        fixed = principal
        token = _source.set(lambda: fixed)
    else:
        token = _source.set(principal)
    try:
        yield
    finally:
        _source.reset(token)
