"""What did the switch cost those who were writing at that moment?

A write pause is the latency, as the load saw it, of the write requests that were in flight at any time
between the asking for the gate and one second after the target opened. Its baseline is the same over a window
of the same length that began ten seconds earlier; when that holds fewer than `FEWEST_REQUESTS` writes, it is
widened into the past, never towards the switch, until it does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boundaries.strangler.rehearsal.journal import Journal, Request

AFTER_OPENING_SECONDS = 1.0
EARLIER_SECONDS = 10.0
FEWEST_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Latencies:
    """Median, 99th percentile and longest of some latencies, in milliseconds; zeros when `count` is 0."""

    count: int
    p50: float
    p99: float
    max: float

    def as_dict(self) -> dict[str, float]:
        """For the report."""
        return {"p50": self.p50, "p99": self.p99, "max": self.max}


@dataclass(frozen=True, slots=True)
class Pause:
    """The write pause of one switch, and what writes took shortly before."""

    during: Latencies
    baseline: Latencies

    @property
    def excess_ms(self) -> float:
        """How much longer the longest write took than the baseline's longest."""
        return self.during.max - self.baseline.max


def pause_of(journal: Journal, *, asked_at: float, opened_at: float) -> Pause:
    """The write pause of a switch that asked for its gate and opened its target at these times."""
    writes, until = journal.writes, opened_at + AFTER_OPENING_SECONDS
    return Pause(
        during=latencies(in_flight(writes, asked_at, until)),
        baseline=latencies(_baseline(writes, asked_at - EARLIER_SECONDS, until - EARLIER_SECONDS, asked_at)),
    )


def in_flight(requests: Iterable[Request], since: float, until: float) -> list[Request]:
    """The requests that were in flight at any time of the window."""
    return [request for request in requests if request.due <= until and request.ended >= since]


def latencies(requests: Iterable[Request]) -> Latencies:
    """What these requests had to wait."""
    values = sorted(request.latency_ms for request in requests)
    longest = values[-1] if values else 0.0
    return Latencies(
        len(values), round(percentile(values, 0.50), 2), round(percentile(values, 0.99), 2), round(longest, 2)
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the `ordered` values that at least `share` of them don't exceed; 0 for none."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def longest_stall_ms(requests: Sequence[Request]) -> float:
    """The longest time in which somebody was waiting and nobody got an answer.

    `requests` come by the time they ended.
    """
    longest, waiting_since = 0.0, math.inf
    for index in range(len(requests) - 1, -1, -1):
        request = requests[index]
        waiting_since = min(waiting_since, request.due)
        answered_before = requests[index - 1].ended if index else -math.inf
        longest = max(longest, request.ended - max(answered_before, waiting_since))
    return round(longest * 1000, 2)


def _baseline(writes: Sequence[Request], since: float, until: float, asked_at: float) -> list[Request]:
    """The writes of the window; never one that was still in flight when the gate was asked for."""
    before = [request for request in writes if request.ended < asked_at and request.due <= until]
    window = [request for request in before if request.ended >= since]
    return window if len(window) >= FEWEST_REQUESTS else before[-FEWEST_REQUESTS:]
