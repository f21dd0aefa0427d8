"""Which rows differ between two sides that stand still, and how does one of them become like the other?

Both sides are halted. The writers under way are waited for, then both are read at one moment each: nobody but the mover
can write, so that nothing need be applied to compare, and nothing is touched before somebody has decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres import capture, continuity, latch, sequence
from boundaries.strangler.postgres.apply import Flow, cycle
from boundaries.strangler.postgres.capture import log_table
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import blockers_of
from boundaries.strangler.postgres.gate import lock_key
from boundaries.strangler.postgres.table import Table
from boundaries.strangler.postgres.verify import Difference, Verdict, ranges

# More keys than this in one table, and the table is taken as a whole.
MOST_KEYS = 50_000
WRITERS_SECONDS = 5

_DIFFERING = (
    "CREATE TEMP TABLE IF NOT EXISTS boundaries_differing (tbl text, key text[]) ON COMMIT PRESERVE ROWS"
)


class WritersLeft(BoundaryError):
    """Raised when transactions that began before the halt do not end."""

    code = "BD559"
    problem = "{context}: transactions that wrote before both sides were halted are still open: {blockers}."
    remedy = "Let them end, or end them, and run the same command again."


@dataclass(slots=True)
class Divergence(Verdict):
    """What differs: `differences` are those that no waiting change explains; `keys` are all, None where there are too many."""

    waiting: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    explained: int = 0
    keys: dict[str, list[tuple[str, ...]] | None] = field(default_factory=dict)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, found: Sequence[Difference]) -> None:
        """Sort differences into those that wait in the log, and those that somebody has to decide about."""
        left = [
            row for row in found if row.table not in self.whole and (row.table, row.key) not in self.waiting
        ]
        self.explained += len(found) - len(left)
        for row in left:
            counts = self.kinds.setdefault(row.table, {})
            counts[row.kind] = counts.get(row.kind, 0) + 1
        for row in found:
            keys = self.keys.setdefault(row.table, [])
            if keys is not None:
                keys.append(row.key)
                if len(keys) > MOST_KEYS:
                    self.keys[row.table] = None
        Verdict.add(self, left)


def compare(flow: Flow, *, waiting_in: Connection | None, tell: Callable[[int], None]) -> Divergence:
    """Compare every row of both sides; `waiting_in` is the owner, whose log explains what has not been applied yet.

    :raises WritersLeft: when a transaction from before the halt is still open.
    """
    for side in (flow.source, flow.target):
        _wait_for_writers(side, flow.context)
    found = Divergence()
    if waiting_in is not None and capture.exists(waiting_in, flow.context):
        for table, key in waiting_in.execute(
            sql.SQL("SELECT DISTINCT tbl, key FROM {}").format(log_table(flow.context))
        ):
            if key is None:
                found.whole.add(table)
            else:
                found.waiting.add((table, tuple(key)))
        found.whole |= {table.name for table in latch.marked(waiting_in, flow.context, flow.tables)}
    with _at_one_moment(flow):
        for _ in ranges(flow, found, tell):
            pass
    return found


def prefer(flow: Flow, found: Divergence, *, epoch: int) -> dict[str, int]:
    """Make the source the owner, and the target like it; the target's own rows are kept in a table beside it.

    Both stay halted until the end, so that a crash leaves nothing but the same question. Returns the rows kept by table.
    """
    source, target, context = flow.source, flow.target, flow.context
    kept = _keep(flow, found)
    target.execute(sql.SQL("DELETE FROM {}").format(log_table(context)))
    _own(target, context, is_open=False, epoch=epoch)
    _own(source, context, is_open=True, epoch=epoch)
    # Nobody is writing, and all that differs is in the log now.
    _log(source, context, found)
    for side in (source, target):
        latch.clear(side, context, flow.tables)
    continuity.accept(source, target, context)
    sequence.advance(target, source, sequence.find(target, source, flow.tables))
    cycle(flow)
    return kept


def _wait_for_writers(connection: Connection, context: str) -> None:
    """Whoever passed the gate before the halt has ended; whoever comes later reads that it is halted."""
    connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{WRITERS_SECONDS}s"])
    try:
        connection.execute(sql.SQL("SELECT pg_advisory_lock({})").format(lock_key(context)))
        connection.execute(sql.SQL("SELECT pg_advisory_unlock({})").format(lock_key(context)))
    except psycopg.errors.LockNotAvailable:
        raise WritersLeft(context=context, blockers=blockers_of(connection) or "none seen") from None
    finally:
        connection.execute("SET lock_timeout = 0")


@contextmanager
def _at_one_moment(flow: Flow) -> Iterator[None]:
    with ExitStack() as stack:
        for side in (flow.source, flow.target):
            side.isolation_level = IsolationLevel.REPEATABLE_READ
            stack.callback(setattr, side, "isolation_level", None)
        for side in (flow.source, flow.target):
            stack.enter_context(side.transaction())
        yield


def _keep(flow: Flow, found: Divergence) -> dict[str, int]:
    """Copy the target's rows that are about to be overwritten or deleted into `boundaries_kept_<context>`."""
    target, counts = flow.target, {}
    kept = sql.Identifier("public", f"boundaries_kept_{flow.context}")
    target.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (at timestamptz DEFAULT now(), tbl text, row jsonb)").format(
            kept
        )
    )
    for table in _differing(flow.tables, found):
        _stage(target, table, found)
        counts[table.name] = target.execute(
            sql.SQL("INSERT INTO {} (tbl, row) SELECT {}, to_jsonb(t) FROM {} t WHERE {} AND {}").format(
                kept, sql.Literal(table.name), table.qualified, table.condition, _is_differing(table, found)
            )
        ).rowcount
    return counts


def _log(source: Connection, context: str, found: Divergence) -> None:
    """Let the applier bring every differing row over, as if it had just been written."""
    for table, keys in found.keys.items():
        with source.cursor().copy(
            sql.SQL("COPY {} (tbl, key) FROM STDIN").format(log_table(context))
        ) as copy:
            for key in keys if keys is not None else [None]:
                copy.write_row((table, list(key) if key is not None else None))


def _differing(tables: Sequence[Table], found: Divergence) -> list[Table]:
    return [table for table in tables if found.keys.get(table.name, []) != []]


def _stage(connection: Connection, table: Table, found: Divergence) -> None:
    connection.execute(_DIFFERING)
    connection.execute("TRUNCATE pg_temp.boundaries_differing")
    with connection.cursor().copy("COPY pg_temp.boundaries_differing (tbl, key) FROM STDIN") as copy:
        for key in found.keys[table.name] or ():
            copy.write_row((table.name, list(key)))


def _is_differing(table: Table, found: Divergence) -> sql.Composable:
    if found.keys[table.name] is None:
        return sql.SQL("true")
    return sql.SQL("{} IN (SELECT key FROM pg_temp.boundaries_differing)").format(table.key_array("t"))


def _own(connection: Connection, context: str, *, is_open: bool, epoch: int) -> None:
    arguments: list[Any] = [is_open, epoch, context]
    connection.execute(
        "UPDATE boundaries_facades_ownership SET open = %s, epoch = %s, drained = 0 WHERE context = %s",
        arguments,
    )
