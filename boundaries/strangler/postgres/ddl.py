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


def run_briefly(connection: Connection, statements: Sequence[sql.SQL | sql.Composed], *, what: str) -> None:
    """Run statements in one transaction that waits at most half a second for a lock, again and again for a while.

    A waiting ALTER stands in the way of every later writer, so that a long wait would be an outage.

    :raises LockRefused: when all attempts failed; nothing has been changed.
    """
    blockers = "nobody known"
    for attempt in range(ATTEMPTS):
        try:
            with connection.transaction():
                connection.execute(
                    sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT_MS))
                )
                for statement in statements:
                    connection.execute(statement)
            return
        except psycopg.errors.LockNotAvailable:
            blockers = blockers_of(connection) or blockers
            time.sleep(min(0.1 * 2**attempt, 2.0))
    raise LockRefused(what=what, timeout_ms=LOCK_TIMEOUT_MS, attempts=ATTEMPTS, blockers=blockers)


def count_triggers(connection: Connection, places: Sequence[sql.Identifier], *functions: str) -> int:
    """How many triggers on these tables call one of the functions and fire always."""
    row = connection.execute(
        """
        SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = ANY (%s::regclass[]) AND p.proname = ANY (%s) AND t.tgenabled = 'A'
        """,
        [[place.as_string(connection) for place in places], list(functions)],
    ).fetchone()
    return int(row[0]) if row else 0


def drop_with_triggers(connection: Connection, function: str) -> None:
    """Drop a function and its triggers, wherever they are: a partition may have been detached meanwhile."""
    found = connection.execute(
        """
        SELECT n.nspname, c.relname, array_agg(t.tgname::text) FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE p.proname = %s AND t.tgparentid = 0 GROUP BY 1, 2 ORDER BY 1, 2
        """,
        [function],
    ).fetchall()
    for schema, relation, triggers in found:
        place = sql.Identifier(schema, relation)
        drops = [
            sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(sql.Identifier(name), place)
            for name in triggers
        ]
        run_briefly(connection, drops, what=relation)
    drop = sql.SQL("DROP FUNCTION IF EXISTS {}()").format(sql.Identifier("public", function))
    run_briefly(connection, [drop], what=function)


def take_from_others(connection: Connection, table: str, privileges: str) -> None:
    """Take from everybody but the owner what default privileges have given on one of the kit's own tables."""
    grantees = connection.execute(
        """
        SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)
        WHERE oid = to_regclass(%s) AND grantee <> relowner AND grantee <> 0
        """,
        [table],
    ).fetchall()
    for (grantee,) in grantees:
        connection.execute(
            sql.SQL("REVOKE {} ON {} FROM {}").format(
                sql.SQL(privileges), sql.Identifier(table), sql.SQL(grantee)
            )
        )


def blockers_of(connection: Connection) -> str:
    """Who holds locks in this database, for the operator's eyes: pid, role, application, age of the transaction.

    Without the role `pg_read_all_stats`, PostgreSQL keeps the age of others' transactions to itself.
    """
    rows = connection.execute(
        """
        SELECT a.pid, a.usename, a.application_name, round(extract(epoch FROM clock_timestamp() - a.xact_start)::numeric, 1)
        FROM pg_stat_activity a
        WHERE a.pid <> pg_backend_pid() AND EXISTS (
            SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.pid = a.pid AND l.granted AND l.locktype IN ('relation', 'advisory') AND d.datname = current_database())
        ORDER BY a.xact_start NULLS LAST LIMIT 3
        """
    ).fetchall()
    return "; ".join(_blocker(*row) for row in rows)


def _blocker(pid: int, role: str, application: str, age: object) -> str:
    since = f"open for {age} s" if age is not None else "age unknown"
    return f"pid {pid} ({role}, {application or 'unnamed'}, {since})"
