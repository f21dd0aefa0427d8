"""What must a forked worker not share with its parent?

Connections (two processes would write into one socket) and locks (a lock held by another thread at the moment
of the fork stays locked for ever in the child).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ProcessLocal(Generic[K, V]):
    """A dict that is empty again in every new process, and makes its values on first use."""

    def __init__(self, make: Callable[[K], V]) -> None:
        self._make = make
        self.clear()

    def get(self, key: K) -> V:
        """The value of `key` in this process."""
        if self._pid != os.getpid():
            self.clear()
        found = self._values.get(key)
        return self._add(key) if found is None else found

    def values(self) -> list[V]:
        """What this process has made so far."""
        return list(self._values.values()) if self._pid == os.getpid() else []

    def clear(self) -> None:
        """Forget everything. What others still use stays alive with them."""
        self._values: dict[K, V] = {}
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def _add(self, key: K) -> V:
        with self._lock:
            if key not in self._values:
                self._values[key] = self._make(key)
            return self._values[key]
