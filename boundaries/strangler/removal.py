"""How is everything that replication has installed taken out again?"""

from __future__ import annotations

from typing import Any

from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.flow import both_sides
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.postgres import backfill, capture, gate, shape
from boundaries.strangler.step import Move


class StillOwner(BoundaryError):
    """Raised when replication should go while the service owns the writes: the way back would be lost."""

    code = "BD541"
    problem = "The service owns the writes of {context}; without replication there is no way back."
    remedy = "Run `boundaries extract {context} rollback` first."


def remove_replication(move: Move) -> dict[str, Any]:
    """Stop following and drop gates, capture, logs, ledgers and the ownership rows of both sides. Idempotent.

    :raises StillOwner: unless the monolith owns the writes, or nothing was installed.
    """
    removed: dict[str, Any] = {"removed_from": []}
    with both_sides(move.context) as both, consumer_lock(both.monolith, move.name):
        if capture.exists(both.monolith, move.name) and both.owner() != "monolith":
            raise StillOwner(context=move.name)
        Extraction.objects.filter(pk=move.name).update(wanted=Wanted.STOPPED)
        fault_point("abort.stopped")
        for side in ("service", "monolith"):
            connection, tables = both.connection(side), both.tables(side)
            capture.remove(connection, move.name, tables)
            fault_point("abort.capture_removed")
            # The closed side keeps its gate and its row: nobody may write a copy that nobody follows.
            if side == "monolith":
                gate.remove(connection, move.name, tables)
                connection.execute("DELETE FROM boundaries_facades_ownership WHERE context = %s", [move.name])
                connection.execute("DELETE FROM boundaries_facades_freshness WHERE context = %s", [move.name])
            else:
                shape.set_aside(connection, move.name, [])
                shape.build(connection, move.name)
                shape.drop_notes(connection, move.name)
                backfill.drop_ledger(connection, move.name)
            removed["removed_from"].append(side)
    return removed
