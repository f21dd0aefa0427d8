"""How do changed tables get into the flow of a move that is under way?"""

from __future__ import annotations

from boundaries.strangler.flow import Both, opposite
from boundaries.strangler.postgres import capture, drift, gate, partition
from boundaries.strangler.postgres.apply import Flow


def pick_up(both: Both, source: str, before: Flow | None = None) -> Flow:
    """The flow from `source` as the tables are now: new partitions adopted, and room for every column.

    Where columns were added since `before`, and rows of then do not have the same in them on both sides, the table is
    marked to be copied again as a whole.

    :raises boundaries.strangler.postgres.drift.SchemaDrifted: when the other side cannot hold what is written.
    """
    _adopt_partitions(both, source)
    flow = both.flow(source)
    drift.require_room(both.context, flow.tables, both.tables(opposite(source)))
    if before is not None:
        _mark_unlike(before, flow)
    return flow


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
