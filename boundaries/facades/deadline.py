"""How long may a call take that is made while another one is being served?

A served call hands its deadline on to the calls that it makes itself, so that nobody works for a caller that
has left; and only one layer repeats, or three layers of three attempts would be twenty-seven calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Served:
    deadline: float
    is_retry: bool


_served: ContextVar[_Served | None] = ContextVar("boundaries_served", default=None)


@contextmanager
def serving(*, deadline: float, is_retry: bool) -> Iterator[None]:
    """Hold the calls made inside the block to `deadline`, a `time.monotonic()` value of this process."""
    token = _served.set(_Served(deadline, is_retry))
    try:
        yield
    finally:
        _served.reset(token)


def earliest(deadline: float) -> float:
    """`deadline`, or that of the call being served if it comes first."""
    served = _served.get()
    return deadline if served is None else min(deadline, served.deadline)


def may_repeat() -> bool:
    """Whether a failed call may be repeated here: not while serving what is a repetition already."""
    served = _served.get()
    return served is None or not served.is_retry
