"""How does the closed side become what the open side is?

One cycle: in one REPEATABLE READ snapshot of the source, take and delete the log's entries and read those rows as they
are now; write them in one target transaction with constraints deferred; commit the target, then the source. So the
target is always a state that the source really had, and doing a cycle twice changes nothing. A crash between the two
commits returns the entries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from psycopg import IsolationLevel, sql

from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.postgres import drift, latch, standby
from boundaries.strangler.postgres.capture import log_table
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.likeness import unlike_ranges
from boundaries.strangler.postgres.table import Table, identifiers

log = logging.getLogger("boundaries.apply")

# Keys are few and tables large: joins by index, whatever the planner believes about a temporary table.
_BY_INDEX = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
)

_TAKEN = "CREATE TEMP TABLE IF NOT EXISTS boundaries_taken (tbl text, key text[]) ON COMMIT DELETE ROWS"
# The source's commit counts the batch there, and deletes its entries: it says that the target has it.
_TAKE = """
WITH gone AS (DELETE FROM {log} RETURNING tbl, key),
taken AS (INSERT INTO pg_temp.boundaries_taken SELECT DISTINCT tbl, key FROM gone RETURNING 1),
counted AS (
    UPDATE boundaries_facades_freshness SET applied = applied + 1, seen = applied + 1
    WHERE context = %(context)s AND (%(is_last)s OR EXISTS (SELECT FROM gone)) RETURNING 1
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM counted),
    coalesce((SELECT applied FROM boundaries_facades_freshness WHERE context = %(context)s), 0), {marked}
"""
# A target that is ahead of its source by more than the batch that is being repeated, or behind it, is not the one that
# the source has fed; and a coordinator that was overtaken while it stood still comes with an old tick.
_FRESHNESS = f"""
INSERT INTO boundaries_facades_freshness AS f (context, tick, applied_at, applied, seen)
VALUES (%(context)s, %(tick)s, clock_timestamp(), %(before)s + %(counted)s, %(before)s)
ON CONFLICT (context) DO UPDATE
SET tick = EXCLUDED.tick, applied_at = EXCLUDED.applied_at, applied = greatest(f.applied, EXCLUDED.applied), seen = EXCLUDED.seen
WHERE f.tick < EXCLUDED.tick AND f.seen <= EXCLUDED.seen AND f.applied BETWEEN EXCLUDED.seen AND EXCLUDED.seen + 1
RETURNING {standby.EXISTS}
"""


class OutOfStep(BoundaryError):
    """Raised when the target is not where the source has brought it, as far as both have counted; nothing is applied."""

    code = "BD555"
    problem = (
        "{context}: the other side is not where the {count} batches of changes of this side have brought it."
    )
    remedy = "Run `boundaries extract {context} recover`; if it finds nothing, another process was quicker, and all is well."


class TableUnknown(BoundaryError):
    """Raised when the log names a table that no model of this process has; nothing is applied."""

    code = "BD592"
    problem = "{context} has changes of {tables}, of which this process knows no model: other code than this runs elsewhere."
    remedy = "Run the newest code; where the model was removed, take that back until the move is complete."


@dataclass(frozen=True, slots=True)
class Flow:
    """The tables of one context on the way from one database to the other.

    `digests` are those of both sides when the tables were read; without them a batch does not look for drift.
    `tell` hears how far the comparison of a whole table is: its name, and the rows compared.
    """

    context: str
    source: Connection
    target: Connection
    tables: Sequence[Table]
    digests: tuple[str, str] | None = None
    tell: Callable[[str, int], None] = lambda table, rows: None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one cycle did: distinct keys taken, rows written, rows deleted at most (keys without a row)."""

    keys: int = 0
    rows: int = 0
    tick: int = 0
    by_table: dict[str, int] = field(default_factory=dict)


def cycle(flow: Flow, *, at_barrier: Callable[[], None] | None = None) -> Applied:
    """Bring the target to a state that the source has now.

    `at_barrier` is called between the two commits: the target then equals the source's snapshot, which is still open
    on `flow.source`; verification compares there. If it raises, the entries return to the log.
    """
    tick = draw_tick(flow.source)
    create_taken(flow.source)
    flow.source.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with flow.source.transaction():
            applied = transfer(flow, tick=tick)
            fault_point("follow.target_committed")
            if at_barrier is not None:
                at_barrier()
        fault_point("follow.source_committed")
        return applied
    finally:
        flow.source.isolation_level = None


def transfer(flow: Flow, *, tick: int, finish: Callable[[Connection], None] | None = None) -> Applied:
    """Take the log in the source's open transaction, and write and commit the rows on the target.

    `finish` runs last inside the target's transaction; the switch sets sequences and its mark there.
    """
    _hold_shape(flow)
    taken, counted, before = _take(flow, is_last=finish is not None)
    fault_point("follow.taken")
    dirty = _dirty_tables(flow) if taken else []
    with flow.target.transaction():
        rows = _write(flow, dirty) if dirty else {}
        if not taken and finish is None:
            flow.target.execute("SET LOCAL synchronous_commit = off")
        has_standby = _count(flow, tick=tick, before=before, counted=counted)
        if finish is not None:
            finish(flow.target)
        fault_point("follow.target_staged")
    if counted and has_standby:
        standby.confirm(flow.target, flow.context)
    return Applied(keys=taken, rows=sum(rows.values()), tick=tick, by_table=rows)


def _hold_shape(flow: Flow) -> None:
    """Keep the source's tables from being changed while they are read, and look whether either side was.

    The lock comes before the snapshot: to an older snapshot, a table that has been rewritten looks empty.

    :raises boundaries.strangler.postgres.drift.ShapeChanged: when the tables have to be read again first.
    """
    names = sql.SQL(", ").join(table.qualified for table in flow.tables)
    flow.source.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
    now = flow.digests and (drift.digest(flow.source, flow.tables), drift.digest(flow.target, flow.tables))
    if now != flow.digests:
        raise drift.ShapeChanged(context=flow.context)


def create_taken(source: Connection) -> None:
    """Make the temporary table that holds the entries of one cycle; it is empty again after each commit."""
    source.execute(_TAKEN)


def create_stages(flow: Flow) -> None:
    """Make the temporary tables of all tables beforehand, so that a switch need not while it holds the gate."""
    for table in flow.tables:
        _create_stage(flow.target, table)


def draw_tick(source: Connection) -> int:
    """A number that orders snapshots of this database in real time; see `boundaries.facades.tick`."""
    row = source.execute("SELECT nextval('boundaries_facades_tick')").fetchone()
    assert row is not None
    return int(row[0])


def _take(flow: Flow, *, is_last: bool) -> tuple[int, int, int]:
    """Move the log's entries aside: how many there are, whether they count as a batch, and the batches before it.

    :raises boundaries.strangler.postgres.latch.TableMarked: when there are changes that are not in the log.
    """
    query = sql.SQL(_TAKE).format(
        log=log_table(flow.context), marked=latch.marked_names(flow.context, flow.tables)
    )
    row = flow.source.execute(query, {"context": flow.context, "is_last": is_last}).fetchone()
    assert row is not None
    latch.require_unmarked(flow.context, row[3])
    return row[0], row[1], row[2]


def _count(flow: Flow, *, tick: int, before: int, counted: int) -> bool:
    """Note tick and batch on the target; whether somebody replicates its server."""
    row = flow.target.execute(
        _FRESHNESS, {"context": flow.context, "tick": tick, "before": before, "counted": counted}
    ).fetchone()
    if row is None:
        raise OutOfStep(context=flow.context, count=before)
    return bool(row[0])


def _dirty_tables(flow: Flow) -> list[tuple[Table, bool]]:
    """The tables that the taken entries name, and whether it is each of them as a whole.

    :raises TableUnknown: rather than dropping the entries of a table that a newer process has added.
    """
    taken = flow.source.execute("SELECT tbl, bool_or(key IS NULL) FROM pg_temp.boundaries_taken GROUP BY tbl")
    is_whole: dict[str, bool] = dict(taken.fetchall())
    if unknown := sorted(is_whole.keys() - {table.name for table in flow.tables}):
        raise TableUnknown(context=flow.context, tables=", ".join(unknown))
    return [(table, is_whole[table.name]) for table in flow.tables if table.name in is_whole]


def _write(flow: Flow, dirty: Sequence[tuple[Table, bool]]) -> dict[str, int]:
    """Stage every dirty table, then delete in all of them, then insert in all of them."""
    flow.source.execute(_BY_INDEX)
    flow.target.execute(f"SET CONSTRAINTS ALL DEFERRED; {_BY_INDEX}")
    for table, is_whole in dirty:
        _stage(flow, table, is_whole=is_whole)
    for table, _ in dirty:
        _delete(flow.target, table)
    return {table.name: _insert(flow.target, table) for table, _ in dirty}


def _stage(flow: Flow, table: Table, *, is_whole: bool) -> None:
    """Copy the dirty keys, and the rows that they stand for now, into temporary tables of the target."""
    keys, rows = _temporary(table)
    columns = identifiers(table.copied)
    _create_stage(flow.target, table)
    if is_whole:
        _stage_unlike(flow, table)
    distinct = sql.SQL(
        "SELECT DISTINCT {} FROM pg_temp.boundaries_taken k WHERE tbl = {} AND key IS NOT NULL"
    ).format(table.key_from_array(sql.SQL("k.key")), sql.Literal(table.name))
    _pipe(flow, distinct, keys, table.key_columns())
    current = sql.SQL("SELECT {} FROM {} WHERE ({}) IN ({}) AND {}").format(
        columns, table.qualified, table.key_columns(), distinct, table.condition
    )
    _pipe(flow, current, rows, columns)


def _stage_unlike(flow: Flow, table: Table) -> None:
    """Find the keys that differ in a whole table, in place of those that were taken; ranges that one side lacks are copied."""
    keys, rows = _temporary(table)
    columns = identifiers(table.copied)
    taken = sql.SQL("pg_temp.boundaries_taken")
    flow.source.execute(
        sql.SQL("DELETE FROM {} WHERE tbl = %s AND key IS NOT NULL").format(taken), [table.name]
    )
    for condition, unlike in unlike_ranges(flow.source, flow.target, table, tell=flow.tell):
        if unlike is None:
            select = "INSERT INTO {} SELECT {} FROM {} WHERE {}"
            flow.target.execute(sql.SQL(select).format(keys, table.key_columns(), table.qualified, condition))
            current = sql.SQL("SELECT {} FROM {} WHERE {}").format(columns, table.qualified, condition)
            _pipe(flow, current, rows, columns)
            continue
        with flow.source.cursor().copy(sql.SQL("COPY {} (tbl, key) FROM STDIN").format(taken)) as copy:
            for key in unlike:
                copy.write_row((table.name, key))


def _create_stage(target: Connection, table: Table) -> None:
    keys, rows = _temporary(table)
    create = "CREATE TEMP TABLE IF NOT EXISTS {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA"
    statements = [
        sql.SQL(create).format(name, columns, table.qualified)
        for name, columns in ((keys, table.key_columns()), (rows, identifiers(table.copied)))
    ]
    # Each key is looked for among the rows: without it, twice the keys take four times as long.
    by_key = sql.Identifier(f"boundaries_by_key_{table.stage}")
    statements.append(
        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(by_key, rows, table.key_columns())
    )
    target.execute(sql.SQL("; ").join(statements))


def _pipe(flow: Flow, query: sql.Composable, into: sql.Identifier, columns: sql.Composable) -> None:
    read = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
    write = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(into, columns)
    with flow.source.cursor().copy(read) as outgoing, flow.target.cursor().copy(write) as incoming:
        for block in outgoing:
            incoming.write(block)


def _delete(target: Connection, table: Table) -> None:
    """Delete the rows that are gone at the source, and those that have become others: unique values change hands.

    Compared by image (`*<>`), since values that are equal need not be the same, and some types have no equality.
    """
    keys, rows = _temporary(table)
    same_key = _same(table.spec.key, "t", "s")
    target.execute(
        sql.SQL("DELETE FROM {} t USING {} k WHERE {} AND NOT EXISTS (SELECT 1 FROM {} s WHERE {})").format(
            table.qualified, keys, _same(table.spec.key, "t", "k"), rows, same_key
        )
    )
    for telling in table.telling_sets if table.has_arbiter else ():
        target.execute(
            sql.SQL("DELETE FROM {} t USING {} s WHERE {} AND {} *<> {}").format(
                table.qualified, rows, same_key, _row(telling, "t"), _row(telling, "s")
            )
        )
    if not table.has_arbiter:
        target.execute(
            sql.SQL("DELETE FROM {} t USING {} s WHERE {}").format(table.qualified, rows, same_key)
        )


def _insert(target: Connection, table: Table) -> int:
    _, rows = _temporary(table)
    columns = identifiers(table.copied)
    return target.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} {}").format(
            table.qualified, columns, columns, rows, _on_conflict(table)
        )
    ).rowcount


def _on_conflict(table: Table) -> sql.Composable:
    if not table.has_arbiter:
        return sql.SQL("")
    if not table.updated:
        return sql.SQL("ON CONFLICT ({}) DO NOTHING").format(table.key_columns())
    each = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in table.updated]
    return sql.SQL("ON CONFLICT ({}) DO UPDATE SET {}").format(table.key_columns(), sql.SQL(", ").join(each))


def _temporary(table: Table) -> tuple[sql.Identifier, sql.Identifier]:
    """Where keys and rows are staged; a table that was given a column is staged elsewhere."""
    return sql.Identifier("pg_temp", f"boundaries_keys_{table.stage}"), sql.Identifier(
        "pg_temp", f"boundaries_rows_{table.stage}"
    )


def _same(names: Sequence[str], left: str, right: str) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, name), sql.Identifier(right, name)) for name in names
    )


def _row(names: Sequence[str], alias: str) -> sql.Composable:
    return sql.SQL("ROW({})::record").format(identifiers(names, alias))
