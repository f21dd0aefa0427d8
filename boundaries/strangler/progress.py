"""How does a long step say how far it is?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

Listener = Callable[[dict[str, Any]], None]


class Progress:
    """Passes figures on to whoever listens (terminal, database row), at most every half second for each phase.

    A report has `phase` (a word), and where it is a matter of amounts `done`, `total`, `unit`, `per_second` and
    `seconds_left`.
    """

    INTERVAL_SECONDS = 0.5

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners
        self._phase = ""
        self._started = self._told = 0.0

    def report(
        self, phase: str, *, done: int | None = None, total: int | None = None, unit: str = "rows"
    ) -> None:
        """Say how far `phase` is; `total` may be an estimate."""
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._started, self._told = phase, now, 0.0
        finished = done is not None and done == total
        if now - self._told < self.INTERVAL_SECONDS and not finished:
            return
        self._told = now
        figures = {"phase": phase, **_rates(done, total, unit, now - self._started)}
        for listener in self._listeners:
            listener(figures)


def _rates(done: int | None, total: int | None, unit: str, seconds: float) -> dict[str, Any]:
    if done is None:
        return {}
    rate = done / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if total is not None and rate else None
    return {
        "done": done, "total": total, "unit": unit,
        "per_second": round(rate), "seconds_left": round(left, 1) if left is not None else None,
    }  # fmt: skip
