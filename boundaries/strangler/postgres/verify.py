"""Are both sides equal, row by row?

Compared at a barrier: the applier has just committed the target to the very snapshot that is still open on the
source, so that nothing need stop and no difference is false. Ranges are compared (`likeness`), and a range that differs
is taken apart to its rows and fields. Each barrier lasts about a second; a large table takes many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import IsolationLevel, sql

from boundaries.faults import fault_point
from boundaries.strangler.postgres.apply import Applied, Flow, cycle
from boundaries.strangler.postgres.backfill import next_boundary, range_condition
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.likeness import RANGE_ROWS, hashes, sums
from boundaries.strangler.postgres.table import Table

BARRIER_SECONDS = 1.0
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same: `missing` and `extra` are seen from the target; fields without their values."""

    table: str
    key: tuple[str, ...]
    kind: str
    fields: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values; the key is shown, the values are not."""
        return {"table": self.table, "key": list(self.key), "kind": self.kind, "fields": list(self.fields)}


@dataclass(slots=True)
class Verdict:
    """What a verification found."""

    rows_compared: int = 0
    differences: int = 0
    shown: list[Difference] = field(default_factory=list)
    barriers: int = 0
    by_table: dict[str, int] = field(default_factory=dict)

    def add(self, found: Sequence[Difference]) -> None:
        """Count differences and keep the first fifty for showing."""
        self.differences += len(found)
        self.shown += list(found)[: MOST_SHOWN - len(self.shown)]


def verify(flow: Flow, *, tell: Callable[[int], None] = lambda rows: None) -> Verdict:
    """Compare every row of every table; works while the source is being written.

    `tell` receives the rows compared so far.
    """
    verdict = Verdict()
    work = ranges(flow, verdict, tell)
    is_done = False
    while not is_done:

        def compare_for_a_while() -> None:
            nonlocal is_done
            is_done = _advance(work)

        at_barrier(flow, compare_for_a_while)
        verdict.barriers += 1
    return verdict


def at_barrier(flow: Flow, compare: Callable[[], None]) -> Applied:
    """One cycle, with `compare` called while both sides are at the same state, in a snapshot of each."""

    def in_snapshots() -> None:
        fault_point("verify.at_barrier")
        flow.target.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with flow.target.transaction():
                compare()
        finally:
            flow.target.isolation_level = None

    return cycle(flow, at_barrier=in_snapshots)


def _advance(work: Iterator[None]) -> bool:
    """Compare ranges until the barrier has lasted long enough; True when there are none left."""
    deadline = time.monotonic() + BARRIER_SECONDS
    return all(time.monotonic() <= deadline for _ in work)


def ranges(flow: Flow, verdict: Verdict, tell: Callable[[int], None]) -> Iterator[None]:
    """Compare one range each time it is resumed, which must be inside a transaction of both sides; later ones may be newer."""
    for table in flow.tables:
        low: list[str] | None = None
        while True:
            low = compare_range(flow, table, low, verdict)
            tell(verdict.rows_compared)
            yield
            if low is None:
                break


def compare_range(
    flow: Flow, table: Table, low: Sequence[str] | None, verdict: Verdict, *, rows: int = RANGE_ROWS
) -> list[str] | None:
    """Compare the next `rows` rows after the key `low`; the key that they end with, None at the table's end."""
    high = next_boundary(flow.source, table, low, rows)
    compared = _compare(flow, table, low, high, verdict)
    verdict.rows_compared += compared
    verdict.by_table[table.name] = verdict.by_table.get(table.name, 0) + compared
    return high


def _compare(
    flow: Flow, table: Table, low: Sequence[str] | None, high: Sequence[str] | None, verdict: Verdict
) -> int:
    left, right = sums(flow.source, flow.target, table, low, high)
    if left != right:
        verdict.add(list(_take_apart(flow, table, low, high)))
    return int(left[0])


def _take_apart(
    flow: Flow, table: Table, low: Sequence[str] | None, high: Sequence[str] | None
) -> Iterator[Difference]:
    condition = range_condition(table, low, high)
    left, right = (hashes(connection, table, condition) for connection in (flow.source, flow.target))
    for key in sorted(left.keys() | right.keys()):
        if key not in right:
            yield Difference(table.name, key, "missing")
        elif key not in left:
            yield Difference(table.name, key, "extra")
        elif left[key] != right[key]:
            yield Difference(table.name, key, "different", _fields(flow, table, key))


def _fields(flow: Flow, table: Table, key: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns in which one row differs."""
    names = [column.name for column in table.columns]
    query = sql.SQL("SELECT {} FROM {} WHERE ({}) = ({})").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names),
        table.qualified, table.key_columns(), table.key_literals(key),
    )  # fmt: skip
    left, right = flow.source.execute(query).fetchone(), flow.target.execute(query).fetchone()
    if left is None or right is None:
        return ()
    return tuple(name for name, a, b in zip(names, left, right, strict=True) if a != b)


def count_rows(connection: Connection, tables: Sequence[Table]) -> int:
    """All rows of all tables, exactly; for progress and reports."""
    total = 0
    for table in tables:
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(table.qualified, table.condition)
        row = connection.execute(query).fetchone()
        total += int(row[0]) if row else 0
    return total
