"""What is known about an event besides its content?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from boundaries.facades.principal import Principal


@dataclass(frozen=True, slots=True)
class Envelope:
    """What travels around an event.

    `key` is the text within which order is kept. `correlation` is the first event of the chain, `causation`
    the event whose consumer published this one; `principal` is on whose behalf.
    """

    id: UUID
    name: str
    version: int
    key: str
    context: str
    occurred_at: datetime
    correlation: UUID
    causation: UUID | None = None
    principal: Principal | None = None


_current: ContextVar[Envelope | None] = ContextVar("boundaries_envelope", default=None)


def current_envelope() -> Envelope | None:
    """The envelope of the event that is being consumed here and now; None outside a consumer."""
    return _current.get()


@contextmanager
def consuming(envelope: Envelope) -> Iterator[None]:
    """Make `envelope` the cause of everything that is published in the block."""
    token = _current.set(envelope)
    try:
        yield
    finally:
        _current.reset(token)
