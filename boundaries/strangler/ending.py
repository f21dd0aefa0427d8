"""How does a process that was asked to end do so in time, whatever it waits for?

What is under way may be cut short at any instruction: what a round has taken from the log returns to it. So a round
gets three seconds, then its statements are cancelled on the servers, where they would hold locks that the next process
needs, and a process that does not notice even that is left.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("boundaries.follow")

STOP_SECONDS = 3.0
CUT_SECONDS = 1.5
_EACH_SECONDS = 0.25


@contextmanager
def ends_in_time(stop: threading.Event, cut: Callable[[], None]) -> Iterator[None]:
    """A block that ends within five seconds of `stop` being set, with its process if need be.

    `cut` is called from another thread, again and again, and is to make the block's present wait fail.
    """
    ended = threading.Event()
    threading.Thread(target=_watch, args=(stop, ended, cut), name="boundaries-ending", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(stop: threading.Event, ended: threading.Event, cut: Callable[[], None]) -> None:
    while not ended.is_set():
        if stop.wait(_EACH_SECONDS):
            break
    if ended.wait(STOP_SECONDS):
        return
    log.warning("the round under way is cut short; the next process goes on with it")
    for _ in range(round(CUT_SECONDS / _EACH_SECONDS)):
        cut()
        if ended.wait(_EACH_SECONDS):
            return
    logging.shutdown()
    os._exit(0)
