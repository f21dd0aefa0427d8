"""Step: install change capture, copy what is there, then follow."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from boundaries.conf import named_address, setting
from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.flow import Both, both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.postgres import backfill, capture, continuity, fingerprint, gate, ownership, shape
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.connection import mover_role
from boundaries.strangler.step import Move

SMALL_BACKLOG = 1_000


class TargetInUse(BoundaryError):
    """Raised when a copy would overwrite a side that owns the writes."""

    code = "BD518"
    problem = "The service owns the writes of {context}; a new copy from the monolith would destroy them."
    remedy = "Run `boundaries extract {context} rollback` first, if that is what you want."


class Replicate:
    """Copies the context's rows to the service's database and keeps them equal from then on."""

    name = "replicate"
    what = "installs change capture, copies every row online, then follows the changes"
    way_back = "rollback removes capture and gates; the copy is thrown away by the next replicate"
    comes_after = "provision"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """The mover is somebody of its own, the schemas agree, and the service does not own the writes."""
        with both_sides(move.context) as both:
            yield from _mover_is_apart(both)
            lines = fingerprint.differences(
                both.monolith,
                both.service,
                both.tables("monolith"),
                both.tables("service"),
                with_constraints=False,
            )
            yield Gate(
                "schemas agree", not lines, "; ".join(lines[:5]) or "no difference", "Run provision again."
            )

    def describe(self, move: Move) -> list[str]:
        """The tables, and what is installed where."""
        with both_sides(move.context) as both:
            tables = both.tables("monolith")
            rows = {table.name: backfill.estimate(both.monolith, table) for table in tables}
        return [
            f"install capture and gate on {len(tables)} tables of each side (a lock of at most half a second each)",
            *(f"copy {name}: about {count:,} rows" for name, count in rows.items()),
            "build indexes and constraints, then follow",
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Install, copy, catch up, build, follow; each part knows what is done already."""
        with both_sides(move.context) as both:
            _install(move, both)
            if _is_owned_by_service(both):
                return _repaired(move, both)
            with consumer_lock(both.monolith, move.name):
                figures = _copy(move, both) if _is_needed(move, both) else _already(both)
            _want_following(move.name)
        fault_point("replicate.following")
        return figures


STEP = Replicate()


def _mover_is_apart(both: Both) -> Iterable[Gate]:
    from django.db import connections

    with connections[setting("DATABASE")].cursor() as cursor:
        cursor.execute("SELECT session_user")
        application = cursor.fetchone()[0]
    mover = mover_role(both.monolith)
    yield Gate(
        "the mover has a role of its own",
        mover != application,
        f"the mover logs in as {mover}, the application as {application}",
        "Triggers know the mover by its login; give it another role (provision --print-grants).",
    )


def _install(move: Move, both: Both) -> None:
    """Ownership rows first, since a gate without a row stops everybody; then capture and gate, on both sides."""
    address = move.context.service.resolve_url() if move.context.service and move.context.service.url else ""
    ownership.ensure(both.monolith, move.name, is_open=True, address=address)
    ownership.ensure(both.service, move.name, is_open=False, address=own_address())
    ownership.align(both.monolith, both.service, move.name)
    continuity.begin(both.monolith, both.service, move.name)
    fault_point("replicate.owned")
    for side in ("monolith", "service"):
        move.progress.report(f"installing capture in the {side}")
        connection, tables = both.connection(side), both.tables(side)
        ownership.protect(connection)
        capture.install(connection, move.name, tables)
        fault_point("replicate.capture_installed")
        gate.install(connection, move.name, tables)
    fault_point("replicate.installed")


def own_address() -> str:
    """The monolith's own address, as services reach it; empty when it was not told."""
    return named_address("MONOLITH_URL") or ""


def _is_owned_by_service(both: Both) -> bool:
    row = ownership.read(both.service, both.context)
    return row is not None and row.open


def _repaired(move: Move, both: Both) -> dict[str, Any]:
    """Capture and gates are whole again; nothing is copied over the rows that the service owns.

    :raises TargetInUse: when nobody follows, so that a copy is what was asked for.
    """
    if Extraction.objects.get(pk=move.name).wanted != Wanted.FOLLOWING:
        raise TargetInUse(context=both.context)
    return _already(both)


def _is_needed(move: Move, both: Both) -> bool:
    backfill.prepare(both.service, both.context)
    is_following = Extraction.objects.get(pk=move.name).wanted == Wanted.FOLLOWING
    return not is_following


def _copy(move: Move, both: Both) -> dict[str, Any]:
    started = time.monotonic()
    tables = both.tables("monolith")
    if not backfill.has_begun(both.service, both.context):
        shape.set_aside(both.service, both.context, both.tables("service"))
        backfill.empty(both.service, both.context, tables)
        fault_point("replicate.emptied")
    rows = _copy_rows(move, both, tables)
    seconds = max(time.monotonic() - started, 0.001)
    _catch_up(move, both)
    fault_point("replicate.caught_up")
    shape.build(
        both.service,
        both.context,
        lambda done, total: move.progress.report("building indexes", done=done, total=total, unit="indexes"),
    )
    return {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "tables": len(tables),
    }


def _copy_rows(move: Move, both: Both, tables: list[Any]) -> int:
    total = sum(backfill.estimate(both.monolith, table) for table in tables)
    done = backfill.copied_rows(both.service, both.context)

    def tell(rows: int) -> None:
        nonlocal done
        done += rows
        move.progress.report("copying", done=done, total=max(total, done))

    for table in tables:
        backfill.copy_table(
            both.monolith, both.service, both.context, table, chunk_rows=setting("CHUNK_ROWS"), tell=tell
        )
    return done


def _catch_up(move: Move, both: Both) -> None:
    flow = both.flow("monolith")
    while True:
        applied = cycle(flow)
        move.progress.report("catching up", done=applied.keys)
        if applied.keys < SMALL_BACKLOG:
            return


def _already(both: Both) -> dict[str, Any]:
    return {"rows": backfill.copied_rows(both.service, both.context), "already": True}


def _want_following(context: str) -> None:
    Extraction.objects.filter(pk=context).update(wanted=Wanted.FOLLOWING)
