"""Would the way there and the way back work, as far as one can tell without changing a row?

The statements that bring changes over are run on both sides, on no rows at all, in a transaction that is taken back: so
rights, triggers, columns and a server that only reads are met before the writes are switched, and not after.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from boundaries.strangler.postgres.capture import log_table
from boundaries.strangler.postgres.connection import Connection, first_line
from boundaries.strangler.postgres.table import Table, identifiers

_LOCK_TIMEOUT_MS = 1_000
# What a batch writes besides the rows, on the side that it comes from and on the one that it goes to.
_BOOKS = ("UPDATE boundaries_facades_freshness SET applied = applied WHERE false", "UPDATE boundaries_facades_ownership SET drained = drained WHERE false")  # fmt: skip


def trouble(connection: Connection, context: str, tables: Sequence[Table]) -> str:
    """What the server says against taking changes from this side or bringing them to it; empty when nothing."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT_MS)))
            for statement in (*_BOOKS, "SELECT nextval('boundaries_facades_tick')"):
                connection.execute(statement)
            connection.execute(sql.SQL("DELETE FROM {} WHERE false").format(log_table(context)))
            for table in tables:
                _write_nothing(connection, table)
    except psycopg.Error as error:
        return first_line(error)
    return ""


def _write_nothing(connection: Connection, table: Table) -> None:
    columns = identifiers(table.copied)
    insert = "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM {0} WHERE false"
    connection.execute(sql.SQL(insert).format(table.qualified, columns))
    connection.execute(sql.SQL("DELETE FROM {} WHERE false").format(table.qualified))
    for name in table.updated[:1]:
        update = "UPDATE {0} SET {1} = {1} WHERE false"
        connection.execute(sql.SQL(update).format(table.qualified, sql.Identifier(name)))
