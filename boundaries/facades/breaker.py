"""Is it worth asking this service at all?

After some transport failures in a row the circuit opens and calls are refused at once. After a pause one
probe is let through; its outcome closes the circuit or opens it again. All state is one process's own: one
bad process cannot talk the others into giving up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half_open"]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class BreakerState:
    """A breaker as the control room shows it. `opened` counts how often it has opened in this process."""

    context: str
    address: str
    state: State
    failures: int
    opened: int
    retry_after_seconds: float


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to make one call; settled once, by its holder."""

    generation: int


class Breaker:
    """Counts failures in a row. The lock is held for a few assignments, never during a call."""

    def __init__(self, *, failures: int, open_seconds: float, clock: Clock = time.monotonic) -> None:
        self.limit = failures
        self.open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State = "closed"
        self._failures = 0
        self._opened = 0
        self._until = 0.0
        self._generation = 0

    def admit(self, *, seconds: float) -> Permit | None:
        """A permit for a call of at most `seconds`; None while the circuit refuses.

        A probe that its holder has not settled within `seconds` (killed, or stuck) makes room for the next.
        """
        with self._lock:
            if self._state != "closed":
                if self._clock() < self._until:
                    return None
                self._enter("half_open", seconds=seconds)
            return Permit(self._generation)

    def succeed(self, permit: Permit) -> None:
        """The service answered, whatever it said."""
        with self._lock:
            if permit.generation == self._generation:
                self._failures = 0
                if self._state == "half_open":
                    self._enter("closed", seconds=0.0)

    def fail(self, permit: Permit) -> None:
        """The service did not answer. A late word from before the last change of state counts for nothing."""
        with self._lock:
            if permit.generation != self._generation:
                return
            self._failures += 1
            if self._state == "half_open" or self._failures >= self.limit:
                self._opened += 1
                self._enter("open", seconds=self.open_seconds)

    def abandon(self, permit: Permit) -> None:
        """The call was not made after all; a probe's place is free again at once."""
        with self._lock:
            if permit.generation == self._generation and self._state == "half_open":
                self._enter("open", seconds=0.0)

    def read(self, *, context: str, address: str) -> BreakerState:
        """The state for the control room."""
        with self._lock:
            wait = max(0.0, self._until - self._clock()) if self._state == "open" else 0.0
            return BreakerState(context, address, self._state, self._failures, self._opened, wait)

    def _enter(self, state: State, *, seconds: float) -> None:
        self._state = state
        self._until = self._clock() + seconds
        self._generation += 1
        if state == "closed":
            self._failures = 0
