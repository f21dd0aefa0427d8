"""How is a table followed again whose changes were not logged?

First room is made in the log, then it is noted there that the table is to be compared as a whole, and then the table is
logged again: under the gate, when nobody is still writing who has seen the mark. From then on the log is complete
again, and the next cycle compares the table range by range and copies the ranges that differ, within one transaction
of the other side as ever. Killed anywhere, it begins anew, since the mark is set back last.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.postgres import capture, latch, log_disk
from boundaries.strangler.postgres.apply import Flow
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import blockers_of
from boundaries.strangler.postgres.gate import lock_key
from boundaries.strangler.postgres.holder import limit
from boundaries.strangler.postgres.table import Table


class StillWriting(BoundaryError):
    """Raised when the gate could not be had, so that somebody may still be writing who has seen the mark."""

    code = "BD577"
    problem = "{tables} of {context} cannot be logged again yet; open transactions: {blockers}."
    remedy = "The follower tries again every few seconds. If those transactions never end, end them."


def rearm(flow: Flow) -> list[Table]:
    """Log the marked tables of the flow's source again; the next cycle compares them. The caller holds the consumer lock.

    Writers may wait at the gate for `GATE_TIMEOUT_MS`.

    :raises StillWriting: when writers did not let it through; the tables stay marked.
    :raises boundaries.strangler.postgres.ddl.LockRefused: when the log could not be emptied for a long transaction.
    """
    source = flow.source
    _make_room(source, flow.context, flow.tables)
    fault_point("resync.emptied")
    tables = latch.marked(source, flow.context, flow.tables)
    for table in tables:
        capture.log_whole(source, flow.context, table)
    fault_point("resync.noted")
    try:
        with source.transaction():
            limit(source, lock_timeout_ms=setting("GATE_TIMEOUT_MS"))
            source.execute(sql.SQL("SELECT pg_advisory_xact_lock({})").format(lock_key(flow.context)))
            latch.clear(source, flow.context, tables)
    except psycopg.errors.LockNotAvailable:
        names, blockers = ", ".join(table.name for table in tables), blockers_of(source)
        raise StillWriting(context=flow.context, tables=names, blockers=blockers or "none seen") from None
    fault_point("resync.rearmed")
    return tables


def _make_room(source: Connection, context: str, tables: Sequence[Table]) -> None:
    """Throw away what the log holds of marked tables; if that gives too little room, mark all of them and empty it.

    Rows that an old snapshot still sees keep their place in a table, and only TRUNCATE gives that back.
    """
    log = capture.log_table(context)
    names = [table.name for table in latch.marked(source, context, tables)]
    try:
        source.execute(sql.SQL("DELETE FROM {} WHERE tbl = ANY (%s)").format(log), [names])
        capture.vacuum(source, context)
        is_enough = capture.log_bytes(source, context) <= setting("LOG_CEILING_BYTES") // 2
    except psycopg.errors.DiskFull:
        is_enough = False
    if not is_enough:
        latch.mark(source, context, tables)
        log_disk.empty(source, context)
