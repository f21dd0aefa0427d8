"""How are events named so that every side can make names, and an index likes them?

UUID version 7 (RFC 9562): 48 bits of milliseconds, then a counter, then chance. Names made by one process
sort in the order they were made; between processes only as well as their clocks agree, so no correctness
rests on the order.
"""

from __future__ import annotations

import os
import threading
import time
import uuid

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0


def new_event_id() -> uuid.UUID:
    """A time-ordered name, larger than any that this process made before."""
    global _last  # noqa: PLW0603
    with _lock:
        _last = max(int(time.time() * 1000) << _COUNTER_BITS, _last + 1)
        stamp = _last
    milliseconds, counter = stamp >> _COUNTER_BITS, stamp & ((1 << _COUNTER_BITS) - 1)
    chance = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | chance)
