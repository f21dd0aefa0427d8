"""What does an operator want to know of both databases at this moment?

Read from catalogues, the log and the ledger. Nothing is locked, and no large table is counted.
"""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import sql

from boundaries.conf import setting
from boundaries.strangler.flow import Both, opposite
from boundaries.strangler.postgres import backfill, capture, gate, latch
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

_SIZE = "SELECT sum(pg_total_relation_size(place))::bigint FROM unnest(%s::regclass[]) AS place"
_LAG = "SELECT extract(epoch FROM clock_timestamp() - applied_at)::float FROM boundaries_facades_freshness WHERE context = %s"
# The mover's own sessions wait and hold as well, but never for long, and nobody would end them.
_SESSION = """
SELECT round(extract(epoch FROM clock_timestamp() - {since})::numeric, 3)::float, a.pid, a.usename::text, a.application_name
FROM pg_stat_activity a {joined}
WHERE a.datname = current_database() AND a.usename <> session_user AND {since} IS NOT NULL {condition}
ORDER BY {since} LIMIT 1
"""
_OLDEST = _SESSION.format(since="a.xact_start", joined="", condition="AND a.backend_type = 'client backend'")
_WAITING = _SESSION.format(
    since="l.waitstart", joined="JOIN pg_locks l USING (pid)", condition="AND NOT l.granted"
)
# Whoever has written a moved table holds the gate until the end of the transaction.
_WRITING = _SESSION.format(
    since="a.xact_start",
    joined="JOIN pg_locks l USING (pid), (SELECT {key} AS key) k",
    condition="AND l.granted AND l.locktype = 'advisory' AND (l.classid::bigint << 32 | l.objid::bigint) = k.key",
)
# Without the role pg_read_all_stats, PostgreSQL keeps the transactions of others to itself.
_HIDDEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename <> session_user AND query = '<insufficient privilege>'
"""


def figures(both: Both) -> dict[str, Any]:
    """Per table rows, bytes, what is copied, left and waiting; log, lag, and who is in the way. Empty before `replicate`.

    Sessions are None where there is none, or where the mover may not see since when: `sessions_hidden` counts those.
    """
    owner = both.owner() or "monolith"
    source, target = both.connection(owner), both.connection(opposite(owner))
    if not capture.exists(source, both.context):
        return {}
    waiting = _waiting(source, both.context)
    copied = backfill.copied_by_table(both.service, both.context)
    tables = [_table(source, table, copied, waiting) for table in both.tables(owner)]
    writing = sql.SQL(_WRITING).format(key=gate.lock_key(both.context))
    return {
        "tables": tables,
        "log": {
            "entries": sum(waiting.values()), "bytes": _log_bytes(source, both.context), "ceiling": setting("LOG_CEILING_BYTES"),
            "marked": [table.name for table in latch.marked(source, both.context, both.tables(owner))],
        },
        "lag_seconds": _one(target, _LAG, [both.context]),
        "oldest_transaction": _session(source, sql.SQL(_OLDEST)),
        "longest_lock_wait": _session(source, sql.SQL(_WAITING)),
        "oldest_writer": _session(source, writing),
        "sessions_hidden": _one(source, _HIDDEN, []),
    }  # fmt: skip


def _table(
    source: Connection, table: Table, copied: dict[str, int], waiting: dict[str, int]
) -> dict[str, Any]:
    """Rows are the planner's estimate where there are many; of a shared table only what was copied is known."""
    rows = copied.get(table.name, 0) if table.is_shared else backfill.estimate(source, table)
    places = [place.as_string(source) for place in table.places]
    done = copied.get(table.name, 0)
    return {
        "table": table.name, "rows": rows, "bytes": _one(source, _SIZE, [places]), "copied": done,
        "left": max(rows - done, 0), "waiting": waiting.get(table.name, 0),
    }  # fmt: skip


def _waiting(source: Connection, context: str) -> dict[str, int]:
    query = sql.SQL("SELECT tbl, count(*) FROM {} GROUP BY tbl").format(capture.log_table(context))
    return dict(source.execute(query).fetchall())


def _log_bytes(source: Connection, context: str) -> int:
    name = capture.log_table(context).as_string(source)
    return int(_one(source, "SELECT pg_total_relation_size(%s::regclass)", [name]) or 0)


def _session(source: Connection, query: sql.SQL | sql.Composed) -> dict[str, Any] | None:
    row = source.execute(query).fetchone()
    return dict(zip(("seconds", "pid", "role", "application"), row, strict=True)) if row else None


def _one(connection: Connection, query: LiteralString, arguments: list[Any]) -> Any:
    row = connection.execute(query, arguments).fetchone()
    return row[0] if row else None
