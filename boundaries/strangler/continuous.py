"""Are both sides still equal, after weeks of following?

The follower compares them all the time, one range of keys after another, within a share of its own time. Compared at a
barrier as by the step `verify`, so that no difference is false. How far it has come is kept in the follower's report:
the next follower goes on from there.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from boundaries.conf import setting
from boundaries.strangler.postgres.apply import Applied, Flow
from boundaries.strangler.postgres.table import Table
from boundaries.strangler.postgres.verify import Verdict, at_barrier, compare_range

log = logging.getLogger("boundaries.follow")

BARRIER_SECONDS = 0.1
FEWEST_ROWS, MOST_ROWS = 50, 20_000
MOST_KEPT = 10
TROUBLE_SECONDS = 60.0


@dataclass(slots=True)
class Round:
    """One comparison of all tables: where it is (`table`, after the key `low`), what it has found, and when."""

    table: str = ""
    low: list[str] | None = None
    rows: int = 0
    differences: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)
    found_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Rows that differ: how many, and the first of them."""

    differences: int
    shown: list[dict[str, Any]]


class ContinuousVerify:
    """Compares a range now and then. `report` is what the last follower told, as it is stored."""

    def __init__(self, report: dict[str, Any] | None = None) -> None:
        known = report or {}
        self._now = Round(**known.get("under_way", {}))
        self._last: dict[str, Any] = known.get("last", {})
        self._range_rows = 1_000
        self._due_at = time.monotonic()

    def is_due(self) -> bool:
        """Whether its share of the time allows another range; never where the share is nothing."""
        return setting("VERIFY_SHARE") > 0 and time.monotonic() >= self._due_at

    def advance(self, flow: Flow) -> Applied:
        """Compare one range, in a cycle of its own.

        Whatever hinders it, it is not asked again for a minute: the following itself must go on.
        """
        self._due_at = time.monotonic() + TROUBLE_SECONDS
        seconds = 0.0

        def compare() -> None:
            nonlocal seconds
            began = time.monotonic()
            self._compare(flow)
            seconds = time.monotonic() - began

        applied = at_barrier(flow, compare)
        self._adapt(seconds)
        self._due_at = time.monotonic() + seconds * (1 / min(setting("VERIFY_SHARE"), 1) - 1)
        return applied

    def report(self, now: float) -> dict[str, Any]:
        """What is stored with the follower's report; `now` is the time of the database that stores it."""
        if self._now.differences and not self._now.found_at:
            self._now.found_at = now
        if self._last and not self._last["at"]:
            self._last |= {"at": now, "found_at": self._last["found_at"] or now}
        return {"last": self._last, "under_way": asdict(self._now)}

    def _compare(self, flow: Flow) -> None:
        table = self._table(flow)
        verdict = Verdict()
        high = compare_range(flow, table, self._now.low, verdict, rows=self._range_rows)
        self._now.rows += verdict.rows_compared
        if verdict.differences:
            self._note(flow.context, verdict)
        if high is not None:
            self._now.table, self._now.low = table.name, high
            return
        names = [each.name for each in flow.tables]
        following = names.index(table.name) + 1
        if following < len(names):
            self._now.table, self._now.low = names[following], None
        else:
            self._end()

    def _table(self, flow: Flow) -> Table:
        """The table that is being compared; the first one where that is gone."""
        for table in flow.tables:
            if table.name == self._now.table:
                return table
        self._now.low = None
        return flow.tables[0]

    def _note(self, context: str, verdict: Verdict) -> None:
        found = [difference.as_dict() for difference in verdict.shown]
        self._now.differences += verdict.differences
        self._now.shown = (self._now.shown + found)[:MOST_KEPT]
        log.error(
            "%s: %d rows differ between the sides; the first: %s", context, verdict.differences, found[0]
        )

    def _end(self) -> None:
        self._last = {**asdict(self._now), "at": 0.0}
        self._now = Round()

    def _adapt(self, seconds: float) -> None:
        """Ranges that take about a tenth of a second, however wide the rows are."""
        if seconds < BARRIER_SECONDS / 2:
            self._range_rows = min(self._range_rows * 2, MOST_ROWS)
        elif seconds > BARRIER_SECONDS:
            self._range_rows = max(self._range_rows // 2, FEWEST_ROWS)


def outstanding(report: dict[str, Any], *, verified_at: float) -> Outstanding:
    """What differed when it was last compared, unless the step `verify`, begun at `verified_at`, saw all of it equal."""
    parts = [
        part
        for part in (report.get("last", {}), report.get("under_way", {}))
        if part.get("differences") and part["found_at"] > verified_at
    ]
    # A row that is seen in two rounds is one row.
    rows = {(row["table"], *row["key"]): row for part in parts for row in part["shown"]}
    return Outstanding(max((part["differences"] for part in parts), default=0), list(rows.values()))


def say_outstanding(found: Outstanding) -> str:
    """In a few words, with the first row."""
    first = f": {found.shown[0]['table']} {'/'.join(found.shown[0]['key'])} is {found.shown[0]['kind']}"
    return (
        f"{found.differences:,} {'rows that differ' if found.differences > 1 else 'row that differs'}{first}"
    )
