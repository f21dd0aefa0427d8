"""Which parts of a table differ between the sides?

Ranges of keys are compared by their count and the sum of their rows' hashes: sums, since xor cancels pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from boundaries.strangler.postgres.backfill import next_boundary, range_condition
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

RANGE_ROWS = 20_000


class Unlike(NamedTuple):
    """A range that differs, as an SQL condition; `keys` are those that differ in it, None where one side has no row."""

    condition: sql.Composable
    keys: list[list[str]] | None


def unlike_ranges(
    source: Connection, target: Connection, table: Table, *, tell: Callable[[str, int], None]
) -> Iterator[Unlike]:
    """The ranges that differ; `tell` receives the table and the rows compared so far."""
    low: list[str] | None = None
    compared = 0
    while True:
        high = next_boundary(source, table, low, RANGE_ROWS)
        left, right = sums(source, target, table, low, high)
        if left != right:
            condition = range_condition(table, low, high)
            yield Unlike(condition, _keys(source, target, table, condition) if left[0] and right[0] else None)
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


def hashes(connection: Connection, table: Table, condition: sql.Composable) -> dict[tuple[str, ...], int]:
    """The hash of each row that meets a condition, by its key."""
    query = sql.SQL("SELECT {}, {} FROM {} t WHERE {}").format(
        table.key_array("t"), row_hash(table), table.qualified, condition
    )
    return {tuple(key): value for key, value in connection.execute(query)}


def row_hash(table: Table) -> sql.Composable:
    """A hash of one row's text, columns in order of name, generated ones included."""
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in table.columns
    )
    return sql.SQL("hashtextextended(ROW({})::text, 0)").format(columns)


def _keys(source: Connection, target: Connection, table: Table, condition: sql.Composable) -> list[list[str]]:
    left, right = (hashes(connection, table, condition) for connection in (source, target))
    return [list(key) for key in left.keys() | right.keys() if left.get(key) != right.get(key)]
