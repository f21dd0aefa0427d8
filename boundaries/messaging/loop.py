"""How does a background process of the messaging run, wait and end?"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence

from django.db import connections

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.2
_AFTER_ERROR_SECONDS = 1.0


def run_forever(
    work: Callable[[], int], *, stop: threading.Event, idle_seconds: float = IDLE_SECONDS
) -> None:
    """Call `work` until `stop` is set.

    Waits when it had nothing to do, and longer when the database went away.
    """
    try:
        while not stop.is_set():
            stop.wait(_once(work, idle_seconds))
    finally:
        connections.close_all()


def run_together(loops: Sequence[Callable[[threading.Event], None]]) -> None:
    """Run loops side by side, each in its own thread, until a signal asks them to stop or one fails.

    :raises Exception: what the first loop that failed raised, after the others have stopped.
    """
    stop = stop_on_signals()
    failures: list[BaseException] = []

    def run(loop: Callable[[threading.Event], None]) -> None:
        try:
            loop(stop)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=run, args=[loop], name=loop.__name__) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        # With a timeout, so that signals reach the main thread while it waits.
        while thread.is_alive():
            thread.join(timeout=1.0)
    if failures:
        raise failures[0]


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that a deploy loses nothing. Call it in the main thread."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop


def _once(work: Callable[[], int], idle_seconds: float) -> float:
    try:
        return 0.0 if work() else idle_seconds
    except Exception:
        # Whatever it was, it concerns this round: a relay that dies of it would stop everything.
        logger.exception("a round failed; trying again")
        connections.close_all()
        return _AFTER_ERROR_SECONDS
