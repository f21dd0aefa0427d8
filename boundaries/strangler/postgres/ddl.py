"""How is a schema changed under live traffic?"""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection

LOCK_TIMEOUT_MS = 500
ATTEMPTS = 30


class LockRefused(BoundaryError):
    """Raised when a short lock could not be had, however often it was asked for."""

    code = "BD511"
    problem = "{what} could not be locked for {timeout_ms} ms in {attempts} attempts; blocked by {blockers}."
    remedy = "Let the blocking transactions end (see pg_stat_activity), then run the same command again."


def run_briefly(connection: Connection, statements: Sequence[sql.Composable], *, what: str) -> None:
    """Run statements in one transaction that waits at most half a second for a lock, again and again for a while.

    A waiting ALTER stands in the way of every later writer, so that a long wait would be an outage.

    :raises LockRefused: when all attempts failed; nothing has been changed.
    """
    blockers = "nobody known"
    for attempt in range(ATTEMPTS):
        try:
            with connection.transaction():
                connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT_MS)))
                for statement in statements:
                    connection.execute(statement)
            return
        except psycopg.errors.LockNotAvailable:
            blockers = blockers_of(connection) or blockers
            time.sleep(min(0.1 * 2**attempt, 2.0))
    raise LockRefused(what=what, timeout_ms=LOCK_TIMEOUT_MS, attempts=ATTEMPTS, blockers=blockers)


def blockers_of(connection: Connection) -> str:
    """The oldest open transactions of this database, for the operator's eyes: pid, role, application, age."""
    rows = connection.execute(
        """
        SELECT pid, usename, application_name, round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 1)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        ORDER BY xact_start LIMIT 3
        """
    ).fetchall()
    return "; ".join(f"pid {pid} ({role}, {application or 'unnamed'}, open for {age} s)" for pid, role, application, age in rows)
