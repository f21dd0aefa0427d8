"""How many calls to one service may a process have under way?"""

from __future__ import annotations

import threading


class Bulkhead:
    """Counts calls under way and never waits: a slow service must not hold every thread of its callers."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """Calls under way now."""
        return self._under_way

    def enter(self) -> bool:
        """Take a place, if there is one."""
        with self._lock:
            if self._under_way >= self.limit:
                return False
            self._under_way += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._under_way -= 1
