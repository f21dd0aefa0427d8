"""Which parts of a table differ between the sides?

Ranges of keys are compared by their count and the sum of their rows' hashes: sums, since xor cancels pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import sql

from boundaries.strangler.postgres.backfill import next_boundary, range_condition
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

RANGE_ROWS = 20_000


def unlike_ranges(
    source: Connection, target: Connection, table: Table, *, tell: Callable[[str, int], None]
) -> Iterator[sql.Composable]:
    """The ranges that differ, each as an SQL condition; `tell` receives the table and the rows compared so far."""
    low: list[str] | None = None
    compared = 0
    while True:
        high = next_boundary(source, table, low, RANGE_ROWS)
        left, right = sums(source, target, table, low, high)
        if left != right:
            yield range_condition(table, low, high)
        compared += left[0]
        tell(table.name, compared)
        if high is None:
            return
        low = high


def sums(
    source: Connection, target: Connection, table: Table, low: Sequence[str] | None, high: Sequence[str] | None
) -> tuple[Any, Any]:  # fmt: skip
    """Count and sum of one range on each side."""
    query = sql.SQL("SELECT count(*), coalesce(sum({}::numeric), 0) FROM {} WHERE {}").format(
        row_hash(table), table.qualified, range_condition(table, low, high)
    )
    return source.execute(query).fetchone(), target.execute(query).fetchone()


def row_hash(table: Table) -> sql.Composable:
    """A hash of one row's text, columns in order of name, generated ones included."""
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in table.columns
    )
    return sql.SQL("hashtextextended(ROW({})::text, 0)").format(columns)
