"""How do changed tables get into the flow of a move that is under way?"""

from __future__ import annotations

import logging

from boundaries.strangler.flow import Both, opposite
from boundaries.strangler.postgres import capture, drift, gate, partition
from boundaries.strangler.postgres.apply import Flow
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

log = logging.getLogger("boundaries.follow")


def pick_up(both: Both, source: str, before: Flow | None = None) -> Flow:
    """The flow from `source` as the tables are now: new tables and partitions adopted, and room for every column.

    Where columns were added since `before`, and rows of then do not have the same in them on both sides, the table is
    marked to be copied again as a whole.

    :raises boundaries.strangler.postgres.drift.SchemaDrifted: when the other side cannot hold what is written.
    """
    _adopt_tables(both, source)
    _adopt_partitions(both, source)
    flow = both.flow(source)
    drift.require_room(both.context, flow.tables, both.tables(opposite(source)))
    if before is not None:
        _mark_unlike(before, flow)
    return flow


def _adopt_tables(both: Both, source: str) -> None:
    """Capture and gate, on both sides, tables that the models have got since; all of their rows are copied."""
    sides = {side: both.tables(side) for side in (source, opposite(source))}
    for ours, theirs in zip(*sides.values(), strict=True):
        pairs = list(zip(sides, (ours, theirs), strict=True))
        if any(_has_triggers(both.connection(side), both.context, table) for side, table in pairs):
            continue
        log.warning("%s: %s is followed from now on", both.context, ours.name)
        # At once on the source: after a crash between the two nobody would copy what it has now.
        with both.connection(source).transaction():
            _guard(both, source, ours)
            capture.log_whole(both.connection(source), both.context, ours)
        _guard(both, opposite(source), theirs)


def _guard(both: Both, side: str, table: Table) -> None:
    gate.install(both.connection(side), both.context, [table])
    capture.install(both.connection(side), both.context, [table])


def _has_triggers(connection: Connection, context: str, table: Table) -> bool:
    """Whether the table was captured before; a trigger that somebody has switched off counts too."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND starts_with(tgname, %s))",
        [table.qualified.as_string(connection), f"boundaries_capture_{context}_"],
    ).fetchone()
    return bool(row and row[0])


def _adopt_partitions(both: Both, source: str) -> None:
    """Make new partitions on the other side; capture and gate them on both, and log the rows that they have."""
    for ours, theirs in zip(both.tables(source), both.tables(opposite(source)), strict=True):
        if ours.partition_key == theirs.partition_key:
            partition.add_missing(both.connection(opposite(source)), ours, theirs)
    for side in (source, opposite(source)):
        connection = both.connection(side)
        for table in [table for table in both.tables(side) if table.partitions]:
            new = capture.uncaptured(connection, both.context, table)
            if new:
                capture.install(connection, both.context, [table])
                gate.install(connection, both.context, [table])
            for place in new if side == source else ():
                capture.log_rows(connection, both.context, table, place)


def _mark_unlike(before: Flow, after: Flow) -> None:
    known = {table.name: {column.name for column in table.columns} for table in before.tables}
    for table in after.tables:
        added = [column.name for column in table.columns if column.name not in known.get(table.name, ())]
        if added and not drift.is_filled_alike(after.source, after.target, table, added):
            capture.log_whole(after.source, after.context, table)
