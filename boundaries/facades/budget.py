"""How many retries can a struggling service bear?"""

from __future__ import annotations

import threading
import time
from collections import deque

from boundaries.facades.breaker import Clock

WINDOW_SECONDS = 10
FLOOR_RETRIES = 5


class RetryBudget:
    """Allows retries up to a share of the calls of the last ten seconds, and a few more for a quiet process.

    Without it, three attempts each turn a service that is slow into one that gets three times its load.
    """

    def __init__(self, *, ratio: float, clock: Clock = time.monotonic) -> None:
        self.ratio = ratio
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: deque[list[int]] = deque()  # [second, calls, retries], oldest first

    def count_call(self) -> None:
        """A call (not a retry) begins."""
        with self._lock:
            self._slot()[1] += 1

    def take(self) -> bool:
        """Spend one retry, if there is one left."""
        with self._lock:
            slot = self._slot()
            calls, retries = (sum(item[column] for item in self._slots) for column in (1, 2))
            if retries >= FLOOR_RETRIES + self.ratio * calls:
                return False
            slot[2] += 1
            return True

    def _slot(self) -> list[int]:
        second = int(self._clock())
        while self._slots and self._slots[0][0] <= second - WINDOW_SECONDS:
            self._slots.popleft()
        if not self._slots or self._slots[-1][0] != second:
            self._slots.append([second, 0, 0])
        return self._slots[-1]
