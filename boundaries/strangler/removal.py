"""How is everything that replication has installed taken out again?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boundaries.contexts.table import tables_of
from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.flow import Both, both_sides
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.postgres import backfill, capture, continuity, gate, guard, ownership, shape
from boundaries.strangler.postgres.connection import Connection, DatabaseUnreachable, monolith_endpoint
from boundaries.strangler.postgres.table import Table, read_tables
from boundaries.strangler.step import Move


class StillOwner(BoundaryError):
    """Raised when replication should go while the service owns the writes: the way back would be lost."""

    code = "BD541"
    problem = "The service owns the writes of {context}; without replication there is no way back."
    remedy = "Run `boundaries extract {context} rollback` first."


def remove_replication(move: Move) -> dict[str, Any]:
    """Stop following and drop gates, capture, logs, ledgers and the ownership rows of both sides. Idempotent.

    A service's database that cannot be reached is left as it is, closed: the monolith must not stay captured for it.

    :raises StillOwner: unless the monolith owns the writes, or nothing was installed.
    """
    try:
        with both_sides(move.context, as_they_are=True) as both, consumer_lock(both.monolith, move.name):
            if capture.exists(both.monolith, move.name) and not _is_monolith_owner(both):
                raise StillOwner(context=move.name)
            _stop_following(move)
            _clean_service(both.service, move.name, both.tables("service"))
            _clean_monolith(both.monolith, move.name, both.tables("monolith"))
    except DatabaseUnreachable as unreachable:
        if unreachable.side != "service":
            raise
        return _remove_here(move, unreachable)
    return {"removed_from": ["service", "monolith"]}


def clean_after_completion(both: Both) -> list[str]:
    """Take everything of the move out of both databases, and close the monolith's old tables for good. Idempotent.

    The ownership rows stay: they say where the context is. Returns what is left for somebody to look at: rows that
    `recover` has put aside.
    """
    service, monolith = both.service, both.monolith
    capture.remove(service, both.context, both.tables("service"))
    fault_point("complete.service_released")
    gate.remove(service, both.context)
    shape.drop_notes(service, both.context)
    backfill.drop_ledger(service, both.context)
    continuity.forget(service, both.context)
    fault_point("complete.service_cleaned")
    row = ownership.read(monolith, both.context)
    guard.install(monolith, both.context, both.tables("monolith"), epoch=row.epoch if row else 0)
    fault_point("complete.guarded")
    capture.remove(monolith, both.context, both.tables("monolith"))
    gate.remove(monolith, both.context)
    continuity.forget(monolith, both.context)
    fault_point("complete.monolith_cleaned")
    return [f"{side}: {table}" for side in ("monolith", "service") for table in _kept(both, side)]


def _kept(both: Both, side: str) -> list[str]:
    name = f"boundaries_kept_{both.context}"
    row = both.connection(side).execute("SELECT to_regclass(quote_ident(%s)) IS NOT NULL", [name]).fetchone()
    return [name] if row and row[0] else []


def _is_monolith_owner(both: Both) -> bool:
    """Asked of the rows alone: a side that was halted, or has forgotten the move, must not keep anybody from giving up."""
    here, there = ownership.read(both.monolith, both.context), ownership.read(both.service, both.context)
    return here is not None and here.open and not (there is not None and there.open)


def _remove_here(move: Move, unreachable: DatabaseUnreachable) -> dict[str, Any]:
    """Clean the monolith's side alone, if it owns the writes."""
    with monolith_endpoint(move.name).session() as monolith, consumer_lock(monolith, move.name):
        row = ownership.read(monolith, move.name)
        if row is not None and not row.open:
            raise StillOwner(context=move.name) from unreachable
        _stop_following(move)
        tables = read_tables(monolith, tables_of(move.name), context=move.name, side="monolith")
        _clean_monolith(monolith, move.name, tables)
    return {"removed_from": ["monolith"], "left": f"the service's database: {unreachable.reason}"}


def _stop_following(move: Move) -> None:
    Extraction.objects.filter(pk=move.name).update(wanted=Wanted.STOPPED)
    fault_point("abort.stopped")


def _clean_service(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """The gate and the closed row stay: nobody may write a copy that nobody follows."""
    capture.remove(connection, context, tables)
    fault_point("abort.capture_removed")
    shape.set_aside(connection, context, [])
    shape.build(connection, context)
    shape.drop_notes(connection, context)
    backfill.drop_ledger(connection, context)
    continuity.forget(connection, context)


def _clean_monolith(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Exactly as before the extraction."""
    capture.remove(connection, context, tables)
    gate.remove(connection, context)
    connection.execute("DELETE FROM boundaries_facades_ownership WHERE context = %s", [context])
    connection.execute("DELETE FROM boundaries_facades_freshness WHERE context = %s", [context])
