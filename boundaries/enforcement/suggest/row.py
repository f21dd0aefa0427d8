"""How many rows does each table have, as the database itself estimates?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from boundaries.errors import BoundaryError

if TYPE_CHECKING:
    from psycopg import Connection

_CONNECT_SECONDS = 10
_STATEMENT_MS = 10_000
# The planner's figure; where a table was never analysed, what the statistics have seen come and go.
_ROWS = """
    SELECT c.relname, sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE coalesce(s.n_live_tup, 0) END)::bigint
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
     GROUP BY c.relname
"""


class RowsUnavailable(BoundaryError):
    """Raised when `--database` is given and its tables cannot be counted."""

    code = "BD286"
    problem = "The rows of {database} cannot be counted: {reason}"
    remedy = "Give a PostgreSQL URL whose login may connect; it needs no right on any table. Or leave --database out."


def read_rows(url: str) -> dict[str, int]:
    """The estimated rows of every table by name, read from the catalogue in a read-only session.

    `env:NAME` is looked up. No table is read, so that a login without any right but CONNECT is enough.

    :raises RowsUnavailable: without psycopg, without the variable, or when the database does not answer.
    """
    if url.startswith("env:"):
        variable = url.removeprefix("env:")
        if not os.environ.get(variable):
            raise RowsUnavailable(database=url, reason=f"{variable} is not set.")
        url = os.environ[variable]
    try:
        import psycopg
    except ImportError as error:
        reason = "psycopg is not installed; `pip install 'django-strangler[move]'` brings it."
        raise RowsUnavailable(database="the database", reason=reason) from error
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection:
            return _read(connection)
    except psycopg.Error as error:
        raise RowsUnavailable(database=_without_password(url), reason=_first_line(error)) from error


def _read(connection: Connection[Any]) -> dict[str, int]:
    connection.execute("SET default_transaction_read_only = on")
    connection.execute(f"SET statement_timeout = {_STATEMENT_MS}")
    return {str(table): int(rows) for table, rows in connection.execute(_ROWS)}


def _without_password(url: str) -> str:
    """The URL without login and password; other forms of address are not shown at all."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}" if separator else "the database"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".") + "."
