"""How do the rows that are already there get across, online and resumably?

Key ranges, each copied in a transaction of its own on the target together with its row in a ledger. No snapshot is
exported and none is held: capture was installed before the first chunk, so that whatever changes meanwhile is in the
log, and the log is applied only after the copy. A killed run costs one chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psycopg import sql

from boundaries.faults import fault_point
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table, identifiers

Tell = Callable[[int], None]


def prepare(target: Connection, context: str) -> None:
    """Create the ledger on the target."""
    target.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (tbl text, high text[], rows bigint, at timestamptz DEFAULT clock_timestamp())"
        ).format(_ledger(context))
    )


def empty(target: Connection, context: str, tables: Sequence[Table]) -> None:
    """Throw away what the target holds of this context; only ever a closed side, before the first chunk."""
    own = [table.qualified for table in tables if not table.is_shared]
    with target.transaction():
        if own:
            target.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(own)))
        for table in [table for table in tables if table.is_shared]:
            target.execute(sql.SQL("DELETE FROM {} WHERE {}").format(table.qualified, table.condition))
        target.execute(sql.SQL("DELETE FROM {}").format(_ledger(context)))


def copied_rows(target: Connection, context: str) -> int:
    """How many rows the ledger knows to be copied; 0 means that nothing has begun."""
    row = target.execute(sql.SQL("SELECT coalesce(sum(rows), 0) FROM {}").format(_ledger(context))).fetchone()
    return int(row[0]) if row else 0


def copied_by_table(target: Connection, context: str) -> dict[str, int]:
    """The rows that the ledger knows to be copied, table by table; empty without a ledger."""
    found = target.execute("SELECT to_regclass(%s)", [_ledger(context).as_string(target)]).fetchone()
    if found is None or found[0] is None:
        return {}
    rows = target.execute(
        sql.SQL("SELECT tbl, sum(rows)::bigint FROM {} GROUP BY tbl").format(_ledger(context))
    )
    return dict(rows.fetchall())


def has_begun(target: Connection, context: str) -> bool:
    """Whether any chunk is in the ledger."""
    row = target.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(_ledger(context))).fetchone()
    return bool(row and row[0])


def copy_table(
    source: Connection, target: Connection, context: str, table: Table, *, chunk_rows: int, tell: Tell
) -> int:
    """Copy what the ledger does not know yet of one table, chunk by chunk; returns the rows of this run.

    It ends at the key that is the highest now: later ones are in the log, and a table that grows faster than it is
    copied would keep us for ever. `tell` is called after each chunk with the chunk's rows.
    """
    copied = 0
    last = _last_key(source, table)
    low, is_done = _progress(target, context, table)
    while not is_done:
        high = next_boundary(source, table, low, chunk_rows, last=last)
        rows = _copy_chunk(source, target, context, table, low, high, last=last)
        copied += rows
        tell(rows)
        low, is_done = high, high is None
    return copied


def drop_ledger(target: Connection, context: str) -> None:
    """Forget the ledger."""
    target.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_ledger(context)))


def estimate(source: Connection, table: Table) -> int:
    """The rows of a table as the planner believes them; counted exactly where there are few or it does not know."""
    row = source.execute(
        "SELECT sum(reltuples)::bigint FROM pg_class WHERE oid = ANY (%s::regclass[]) AND relkind <> 'p'",
        [[place.as_string(source) for place in table.places]],
    ).fetchone()
    guess = int(row[0]) if row else -1
    if guess > 100_000 and not table.is_shared:
        return guess
    counted = source.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE {}").format(table.qualified, table.condition)
    ).fetchone()
    return int(counted[0]) if counted else 0


def range_condition(table: Table, low: Sequence[str] | None, high: Sequence[str] | None) -> sql.Composable:
    """The rows of a table after `low` up to and including `high` (None: unbounded), in key order."""
    parts = [table.condition]
    if low is not None:
        parts.append(sql.SQL("({}) > ({})").format(table.key_columns(), table.key_literals(low)))
    if high is not None:
        parts.append(sql.SQL("({}) <= ({})").format(table.key_columns(), table.key_literals(high)))
    return sql.SQL(" AND ").join(parts)


def next_boundary(
    connection: Connection,
    table: Table,
    low: Sequence[str] | None,
    rows: int,
    *,
    last: Sequence[str] | None = None,
) -> list[str] | None:
    """The key that ends the next range of `rows` rows after `low`; None when fewer are left up to `last`."""
    found = connection.execute(
        sql.SQL("SELECT {} FROM {} t WHERE {} ORDER BY {} OFFSET {} LIMIT 1").format(
            table.key_array("t"),
            table.qualified,
            range_condition(table, low, last),
            table.key_columns(),
            sql.Literal(rows - 1),
        )
    ).fetchone()
    return list(found[0]) if found else None


def _copy_chunk(
    source: Connection, target: Connection, context: str, table: Table, low: Sequence[str] | None, high: Sequence[str] | None, *,
    last: Sequence[str] | None,
) -> int:  # fmt: skip
    columns = identifiers(table.copied)
    read = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT (FORMAT BINARY)").format(
        columns, table.qualified, range_condition(table, low, high or last)
    )
    write = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table.qualified, columns)
    with target.transaction():
        with source.transaction(), source.cursor() as reader, target.cursor() as writer:
            # Before the snapshot: to an older one, a table that is being rewritten would look empty.
            reader.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(table.qualified))
            with reader.copy(read) as outgoing, writer.copy(write) as incoming:
                for block in outgoing:
                    incoming.write(block)
            rows = writer.rowcount
        fault_point("replicate.chunk_written")
        target.execute(
            sql.SQL("INSERT INTO {} (tbl, high, rows) VALUES (%s, %s, %s)").format(_ledger(context)),
            [table.name, high, rows],
        )
    fault_point("replicate.chunk_committed")
    return rows


def _last_key(source: Connection, table: Table) -> list[str] | None:
    found = source.execute(
        sql.SQL("SELECT {} FROM {} t WHERE {} ORDER BY {} LIMIT 1").format(
            table.key_array("t"),
            table.qualified,
            table.condition,
            sql.SQL(", ").join(sql.SQL("{} DESC").format(sql.Identifier(name)) for name in table.spec.key),
        )
    ).fetchone()
    return list(found[0]) if found else None


def _progress(target: Connection, context: str, table: Table) -> tuple[list[str] | None, bool]:
    """The last key that was copied, and whether the table is done (its last chunk has no upper bound)."""
    row = target.execute(
        sql.SQL("SELECT high FROM {} WHERE tbl = %s ORDER BY at DESC LIMIT 1").format(_ledger(context)),
        [table.name],
    ).fetchone()
    if row is None:
        return None, False
    return row[0], row[0] is None


def _ledger(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_ledger_{context}")
