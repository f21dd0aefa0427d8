"""Where does the change log lie, and what if that disk is full?

With the database, as a rule. In a tablespace of its own it may run out of room while the database has some: then its
writers go on without it (`capture`), and a *reserve*, a table of a few pages beside it, is given up so that the log can
be emptied: even that takes a page.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import run_briefly

_FIND = """
SELECT s.spcname, current_user, c.reltablespace = s.oid FROM pg_tablespace s, pg_class c
WHERE s.spcname = %s AND c.oid = to_regclass(%s)
"""
_RESERVE = "CREATE TABLE IF NOT EXISTS {} TABLESPACE {} AS SELECT n FROM generate_series(1, 3000) AS n"


class LogPlaceRefused(BoundaryError):
    """Raised when the change log cannot be put where the settings want it."""

    code = "BD576"
    problem = "The change log of {context} cannot be put into the tablespace {tablespace!r}: {reason}."
    remedy = "Let a superuser run: GRANT CREATE ON TABLESPACE {tablespace} TO {role}; or take BOUNDARIES['LOG_TABLESPACE'] out."


def place(connection: Connection, context: str) -> None:
    """Move the log to the tablespace of the settings, and a reserve with it, if this server has it.

    :raises LogPlaceRefused: when that is not open to the kit.
    """
    log = _log(context)
    row = connection.execute(_FIND, [setting("LOG_TABLESPACE"), log.as_string(connection)]).fetchone()
    if row is None:
        return
    tablespace, role, is_there = row
    where = sql.Identifier(tablespace)
    statements = [sql.SQL(_RESERVE).format(_reserve(context), where)]
    if not is_there:
        statements.append(sql.SQL("ALTER TABLE {} SET TABLESPACE {}").format(log, where))
    try:
        run_briefly(connection, statements, what=f"the change log of {context}")
    except psycopg.errors.InsufficientPrivilege as error:
        raise LogPlaceRefused(
            context=context, tablespace=tablespace, role=role, reason=str(error).splitlines()[0]
        ) from error


def is_apart(connection: Connection, context: str) -> bool:
    """Whether the log has a tablespace of its own."""
    row = connection.execute(
        "SELECT reltablespace <> 0 FROM pg_class WHERE oid = to_regclass(%s)",
        [_log(context).as_string(connection)],
    ).fetchone()
    return bool(row and row[0])


def empty(connection: Connection, context: str) -> None:
    """Empty the log and give its room back, at the cost of the reserve if there is no page left; then renew that.

    :raises boundaries.strangler.postgres.ddl.LockRefused: when a transaction that was logged lasts too long.
    """
    truncate, what = sql.SQL("TRUNCATE {}").format(_log(context)), f"the change log of {context}"
    try:
        run_briefly(connection, [truncate], what=what)
    except psycopg.errors.DiskFull:
        remove_reserve(connection, context)
        run_briefly(connection, [truncate], what=what)
        place(connection, context)


def remove_reserve(connection: Connection, context: str) -> None:
    """Drop the reserve."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_reserve(context)))


def _log(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_log_{context}")


def _reserve(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_reserve_{context}")
