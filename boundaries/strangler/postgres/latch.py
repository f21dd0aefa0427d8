"""What if the change log may not grow any more?

Each table has a latch, a sequence that its triggers read: 0, its changes are logged; 1, it is *marked*, and they are not.
Triggers set it when the log has reached its ceiling, or when the log's own disk is full: the application's writes go
on. Only the follower sets it back, under the gate (`resync`). Sequences are read as they are, not as of a snapshot, and
what is written to one stays when the writer rolls back: a mark too many costs a comparison.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table


class TableMarked(BoundaryError):
    """Raised when changes of a table are not in the log, so that what is there makes no state that the source had."""

    code = "BD575"
    problem = (
        "{context} has tables that must be compared and copied again, since the log had no room: {tables}."
    )
    remedy = "Keep `boundaries follow` running, it does that by itself; `boundaries extract {context}` says how far it is."


def create(context: str, table: Table, log: sql.Identifier) -> list[sql.SQL | sql.Composed]:
    """The statements that make a table's latch and the log's ceiling; both go when the log is dropped."""
    make = "CREATE SEQUENCE IF NOT EXISTS {} MINVALUE 0 START 0 OWNED BY {}"
    owner = sql.SQL("{}.tbl").format(log)
    return [sql.SQL(make).format(name, owner) for name in (_latch(context, table), _ceiling(context))]


def names(connection: Connection, context: str, table: Table) -> dict[str, sql.Composable]:
    """Latch and ceiling as the triggers name them."""
    return {
        "latch": _regclass(connection, _latch(context, table)),
        "ceiling": _regclass(connection, _ceiling(context)),
    }


def set_ceiling(connection: Connection, context: str) -> None:
    """Bring the ceiling up to date with the setting."""
    connection.execute(
        sql.SQL("SELECT setval({}, %s)").format(_regclass(connection, _ceiling(context))), [setting("LOG_CEILING_BYTES")]
    )  # fmt: skip


def mark(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Log these tables no more, from this moment, whatever becomes of the transaction."""
    _set(connection, context, tables, 1)


def clear(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Log these tables again; only while nobody who has seen the mark is still writing."""
    _set(connection, context, tables, 0)


def marked(connection: Connection, context: str, tables: Sequence[Table]) -> list[Table]:
    """The tables whose changes are not logged."""
    row = connection.execute(sql.SQL("SELECT {}").format(marked_names(context, tables))).fetchone()
    found = set(row[0]) if row else set()
    return [table for table in tables if table.name in found]


def marked_names(context: str, tables: Sequence[Table]) -> sql.Composable:
    """The names of the tables whose changes are not logged, as an SQL expression.

    Read after a snapshot was taken, it covers all that had not been logged when the snapshot was taken.
    """
    pairs = sql.SQL(", ").join(
        sql.SQL("({}, to_regclass({}))").format(
            sql.Literal(table.name), sql.Literal(_latch(context, table).as_string(None))
        )
        for table in tables
    )
    return sql.SQL(
        "ARRAY(SELECT name FROM (VALUES {}) AS l (name, latch) WHERE pg_sequence_last_value(latch) = 1)"
    ).format(pairs)


def require_unmarked(context: str, tables: Sequence[str]) -> None:
    """Refuse to go on while there are names here.

    :raises TableMarked: naming them.
    """
    if tables:
        raise TableMarked(context=context, tables=", ".join(tables))


def _set(connection: Connection, context: str, tables: Sequence[Table], value: int) -> None:
    for table in tables:
        connection.execute(
            sql.SQL("SELECT setval({}, {})").format(
                _regclass(connection, _latch(context, table)), sql.Literal(value)
            )
        )


def _regclass(connection: Connection, name: sql.Identifier) -> sql.Composable:
    return sql.SQL("{}::pg_catalog.regclass").format(sql.Literal(name.as_string(connection)))


def _latch(context: str, table: Table) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_latch_{context}_{table.digest}")


def _ceiling(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_ceiling_{context}")
