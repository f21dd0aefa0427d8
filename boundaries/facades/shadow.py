"""Would the other side have given the same answer?

The control has answered the caller already. The candidate runs in a small pool of threads; more than the queue holds
is dropped and counted. The encoded forms are compared by the operation's rules. A difference that was seen while a
copy lags is looked at again between two identical controls, with the copy known to be as fresh as the first: only
when it was there three times it counts.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import close_old_connections, connections

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.facades import mismatch, tick
from boundaries.facades.domain_error import DomainError
from boundaries.facades.facade import Operation
from boundaries.facades.local import implementation_of
from boundaries.facades.principal import Principal, acting_as, current_principal

log = logging.getLogger("boundaries.shadow")

RECHECKS = 5
RECHECK_SECONDS = 2.0
STANDING = 3
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Comparison:
    operation: Operation[Any, Any]
    arguments: dict[str, Any]
    control: bytes
    candidate_is_remote: bool
    principal: Principal | None


def compare_later(
    operation: Operation[Any, Any], arguments: dict[str, Any], control: Any, *, candidate_is_remote: bool
) -> None:
    """Queue one comparison; never raises and never waits."""
    sample = setting("SHADOW_SAMPLE")
    if sample < 1 and random.random() >= sample:  # noqa: S311  (a sample, no secret)
        return
    comparison = _Comparison(
        operation, arguments, operation.encode_result(control), candidate_is_remote, current_principal()
    )
    try:
        _pool.queue().put_nowait(comparison)
    except queue.Full:
        mismatch.tally(operation, dropped=1)


def compare_now(comparison: _Comparison) -> None:
    """Run the candidate, compare, count; what goes wrong in here is recorded, never raised."""
    operation = comparison.operation
    with acting_as(comparison.principal):
        try:
            differences = _settle(comparison)
        except (BoundaryError, DomainError) as error:
            log.info("no candidate for %s: %s", operation, error)
            mismatch.tally(operation, failures=1)
        except Exception:
            log.exception("comparing %s failed", operation)
            mismatch.tally(operation, failures=1)
        else:
            _count(operation, differences)


def wait_until_idle(timeout_seconds: float) -> bool:
    """Wait until nothing is queued, and write the tallies; for tests and for a worker's end."""
    idle = _pool.wait(timeout_seconds)
    mismatch.flush()
    return idle


def _count(operation: Operation[Any, Any], differences: list[str] | None) -> None:
    if differences is None:
        mismatch.tally(operation, calls=1, inconclusive=1)
        return
    mismatch.tally(operation, calls=1, mismatches=1 if differences else 0)
    if differences:
        mismatch.record(operation, differences)


def _settle(comparison: _Comparison) -> list[str] | None:
    """The differences that stand (none: equal); None when the control never held still long enough."""
    operation = comparison.operation
    answer, _ = _candidate(comparison)
    differences = mismatch.differences(comparison.control, answer, operation.compare.fields)
    if not differences:
        return []
    seen = 0
    for attempt in range(RECHECKS):
        time.sleep(PAUSE_SECONDS * attempt * random.uniform(0.5, 1.0))  # noqa: S311  (falls out of step with a loop)
        before, needed = _control(comparison), _needed_tick(comparison)
        answer, reached = _fresh_candidate(comparison, needed)
        if not reached or before != _control(comparison):
            continue
        differences = mismatch.differences(before, answer, operation.compare.fields)
        if not differences:
            return []
        seen += 1
        # Once is not enough: between two equal controls a value may have gone away and come back.
        if seen == STANDING:
            return differences
    return None


def _fresh_candidate(comparison: _Comparison, needed: int) -> tuple[bytes, bool]:
    deadline = time.monotonic() + RECHECK_SECONDS
    while True:
        answer, reached = _candidate(comparison)
        if reached is None or reached > needed:
            return answer, True
        if time.monotonic() > deadline:
            return answer, False
        time.sleep(0.05)


def _candidate(comparison: _Comparison) -> tuple[bytes, int | None]:
    """The candidate's answer and its tick."""
    if comparison.candidate_is_remote:
        return _remote(comparison)
    return _local(comparison), _local_tick()


def _control(comparison: _Comparison) -> bytes:
    return _local(comparison) if comparison.candidate_is_remote else _remote(comparison)[0]


def _needed_tick(comparison: _Comparison) -> int:
    return tick.draw(setting("DATABASE")) if comparison.candidate_is_remote else 0


def _local_tick() -> int | None:
    # The owner's clock of ticks is out of reach from here: the pause between the two controls has to do.
    time.sleep(0.2)
    return None


def _local(comparison: _Comparison) -> bytes:
    operation = comparison.operation
    return operation.encode_result(
        getattr(implementation_of(operation.context), operation.name)(**comparison.arguments)
    )


def _remote(comparison: _Comparison) -> tuple[bytes, int | None]:
    from boundaries.facades import remote

    operation = comparison.operation
    answer = remote.exchange(operation, operation.encode_arguments(comparison.arguments), None)
    body = remote.result_of(operation, answer)
    return msgspec.json.encode(msgspec.json.decode(body)), answer.tick


class _Pool:
    """The threads of one process; started on first use, again after a fork."""

    def __init__(self) -> None:
        self._pid = 0
        self._lock = threading.Lock()
        self._queue: queue.Queue[_Comparison] = queue.Queue()

    def queue(self) -> queue.Queue[_Comparison]:
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._queue = queue.Queue(maxsize=setting("SHADOW_QUEUE"))
                for number in range(setting("SHADOW_WORKERS")):
                    threading.Thread(
                        target=self._work, name=f"boundaries-shadow-{number}", daemon=True
                    ).start()
        return self._queue

    def wait(self, timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        while self._queue.unfinished_tasks:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _work(self) -> None:
        while True:
            try:
                comparison = self._queue.get(timeout=1.0)
            except queue.Empty:
                mismatch.flush()
                connections.close_all()
                continue
            try:
                close_old_connections()
                compare_now(comparison)
                mismatch.flush_if_due()
            finally:
                self._queue.task_done()


_pool = _Pool()
