"""How did it go, second by second?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from boundaries.strangler.rehearsal.journal import Journal, Request
from boundaries.strangler.rehearsal.pause import latencies


@dataclass(frozen=True, slots=True)
class Second:
    """The requests that ended within one second; `at` counts from the load's start, latencies are in ms."""

    at: int
    rps: int
    failed: int
    p50: float
    p99: float
    max_write: float

    def as_dict(self) -> dict[str, float]:
        """For the report."""
        return asdict(self)


def origin_of(journal: Journal) -> float:
    """The moment that all timelines count from."""
    if journal.started_at is not None:
        return journal.started_at
    return min((request.due for request in journal.requests), default=0.0)


def seconds_of(journal: Journal) -> list[Second]:
    """Every second from the first to the last answer, the silent ones too."""
    origin = origin_of(journal)
    buckets: dict[int, list[Request]] = {}
    for request in journal.requests:
        buckets.setdefault(max(0, math.floor(request.ended - origin)), []).append(request)
    return [_second(at, buckets.get(at, ())) for at in range(max(buckets, default=-1) + 1)]


def _second(at: int, requests: Iterable[Request]) -> Second:
    requests = list(requests)
    of_all, of_writes = latencies(requests), latencies(r for r in requests if r.is_write)
    failed = sum(request.failed for request in requests)
    return Second(at, len(requests), failed, of_all.p50, of_all.p99, of_writes.max)
