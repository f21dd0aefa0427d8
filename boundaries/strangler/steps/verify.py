"""Step: compare every row of every table, and name each difference."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.strangler.flow import both_sides, trigger_gates
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import resync_gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.pickup import pick_up
from boundaries.strangler.postgres import continuity, fingerprint, sequence
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.verify import count_rows, verify
from boundaries.strangler.step import Move


class NotEqual(BoundaryError):
    """Raised when the sides differ; the facts hold the first fifty rows."""

    code = "BD519"
    problem = "{context}: {differences} of {rows} rows differ between the sides; the first: {first}."
    remedy = "Find out who wrote the closed side; `boundaries extract {context} replicate` after a rollback copies anew."


class Verify:
    """Compares at a snapshot, while everything goes on."""

    name = "verify"
    what = "compares every row of both sides at one snapshot, without stopping anything"
    way_back = "none needed: it only reads"
    comes_after = "replicate"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """Capture and gate are installed and enabled on both sides."""
        with both_sides(move.context) as both:
            yield from trigger_gates(both)
            yield resync_gate(both)

    def describe(self, move: Move) -> list[str]:
        """How much there is to compare."""
        with both_sides(move.context) as both:
            tables = both.tables("monolith")
            return [f"compare {count_rows(both.monolith, tables):,} rows in {len(tables)} tables"]

    def run(self, move: Move) -> dict[str, Any]:
        """Compare rows, shapes and sequences.

        :raises NotEqual: when anything differs.
        """
        started = time.monotonic()
        with both_sides(move.context) as both:
            owner = both.owner() or "monolith"
            began_at = _clock(both.monolith)
            flow = pick_up(both, owner)
            tables = flow.tables
            total = count_rows(both.connection(owner), tables)
            with consumer_lock(both.monolith, move.name):
                verdict = verify(
                    flow,
                    tell=lambda rows: move.progress.report("comparing", done=rows, total=max(total, rows)),
                )
            lines = fingerprint.differences(
                both.monolith, both.service, both.tables("monolith"), both.tables("service")
            )
            wrong_sequences = sequence.behind(both.connection(owner), tables)
            servers = continuity.servers(both.monolith, both.service, move.name)
        figures = {
            "rows_compared": verdict.rows_compared, "differences": verdict.differences, "barriers": verdict.barriers,
            "shown": [difference.as_dict() for difference in verdict.shown], "by_table": verdict.by_table,
            "schema_differences": lines, "sequences_behind": wrong_sequences, "owner": owner, "servers": servers,
            "seconds": round(time.monotonic() - started, 3), "at": began_at,
        }  # fmt: skip
        move.extraction.facts["verify"] = figures
        move.extraction.save(update_fields=["facts"])
        if verdict.differences or lines:
            first = str(verdict.shown[0].as_dict()) if verdict.shown else lines[0]
            raise NotEqual(
                context=move.name, differences=verdict.differences + len(lines), rows=verdict.rows_compared, first=first,
                shown=figures["shown"], schema=lines,
            )  # fmt: skip
        return figures


STEP = Verify()


def _clock(connection: Connection) -> float:
    """The time of the database to which the follower, too, reports what it finds."""
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float").fetchone()
    assert row is not None
    return float(row[0])
