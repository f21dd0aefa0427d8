"""How many calls to the other side of a context did this deployable make, and how many came back without an answer?

Counted in memory and stored by the background thread that looks for routes. Domain errors are answers. What other
services have met is counted in their own databases.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple

from django.db.models import F

from boundaries.conf import setting
from boundaries.facades.models import CallTally

_lock = threading.Lock()
_calls: Counter[str] = Counter()
_failures: Counter[str] = Counter()


class Calls(NamedTuple):
    """Calls since the first one ever, and those of them that got no usable answer."""

    calls: int = 0
    failures: int = 0

    def since(self, earlier: Calls) -> Calls:
        """What has come between."""
        return Calls(self.calls - earlier.calls, self.failures - earlier.failures)

    @property
    def error_rate(self) -> float:
        """Failures per call; nothing when there were no calls."""
        return self.failures / self.calls if self.calls else 0.0


def note(context: str, *, failed: bool) -> None:
    """Count one call."""
    with _lock:
        _calls[context] += 1
        _failures[context] += failed


def flush() -> None:
    """Store what was counted since the last time."""
    with _lock:
        calls, failures = dict(_calls), dict(_failures)
        _calls.clear()
        _failures.clear()
    table = CallTally.objects.using(setting("DATABASE"))
    for context, count in calls.items():
        more = {"calls": F("calls") + count, "failures": F("failures") + failures.get(context, 0)}
        if not table.filter(context=context).update(**more):
            table.get_or_create(context=context)
            table.filter(context=context).update(**more)


def stored(context: str) -> Calls:
    """What all processes of this deployable have stored so far."""
    row = CallTally.objects.using(setting("DATABASE")).filter(context=context).first()
    return Calls(row.calls, row.failures) if row else Calls()
