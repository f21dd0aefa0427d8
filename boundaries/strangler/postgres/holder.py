"""How is a switch kept from holding the gate for longer than was said, whatever becomes of its process?

Writers must not wait for somebody who is gone or stutters. The server ends the holder's transaction: each statement and
each pause by its own limit, and their sum by `transaction_timeout`. PostgreSQL 15 and 16 do not have that: there a second
session watches the first one, in a single statement, so that it needs nobody on our side once it has begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection, Endpoint

HELD_AT_MOST_MS = 2_000
_BOUNDS_TRANSACTIONS_SINCE = 170_000

# Ends by itself when the holder's session has; statistics are read anew, since a transaction keeps what it has read.
_WATCH = """
DO $watch$
DECLARE
    since timestamptz := (SELECT backend_start FROM pg_catalog.pg_stat_activity WHERE pid = {pid});
BEGIN
    LOOP
        PERFORM pg_catalog.pg_stat_clear_snapshot();
        PERFORM pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE pid = {pid} AND backend_start = since AND xact_start < clock_timestamp() - {limit} * interval '1 ms';
        EXIT WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = {pid} AND backend_start = since);
        PERFORM pg_catalog.pg_sleep(0.05);
    END LOOP;
END $watch$
"""


@contextmanager
def holding(source: Endpoint, *, lock_timeout_ms: int) -> Iterator[Connection]:
    """A connection for the gate alone, none of whose transactions outlives the limit; closed at the end of the block."""
    with source.session() as holder:
        if holder.info.server_version >= _BOUNDS_TRANSACTIONS_SINCE:
            yield holder
            return
        with source.session() as watcher:
            _watch(holder, watcher, limit_ms=lock_timeout_ms + HELD_AT_MOST_MS)
            yield holder


def limit(holder: Connection, *, lock_timeout_ms: int) -> None:
    """Bound the transaction that has just begun, and each of its statements and pauses."""
    limits = {
        "lock_timeout": lock_timeout_ms,
        "statement_timeout": HELD_AT_MOST_MS,
        "idle_in_transaction_session_timeout": HELD_AT_MOST_MS,
    }
    if holder.info.server_version >= _BOUNDS_TRANSACTIONS_SINCE:
        limits["transaction_timeout"] = lock_timeout_ms + HELD_AT_MOST_MS
    setting_each = [
        sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in limits.items()
    ]
    holder.execute(sql.SQL("; ").join(setting_each))


def _watch(holder: Connection, watcher: Connection, *, limit_ms: int) -> None:
    """Send the statement, and read no answer: it has none until the holder is gone."""
    row = holder.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    # As the login itself, who may end its own sessions; the owner of the tables may not.
    watcher.execute("RESET ROLE")
    watch = sql.SQL(_WATCH).format(pid=sql.Literal(row[0]), limit=sql.Literal(limit_ms))
    watcher.pgconn.send_query(watch.as_bytes(watcher))
