"""Where does a context stand, what comes next, and why not yet?"""

from __future__ import annotations

from typing import Any

import psycopg

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.facades import routing
from boundaries.strangler import bake, catalogue
from boundaries.strangler.continuous import outstanding
from boundaries.strangler.figures import figures
from boundaries.strangler.flow import both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.models import StepRun, Wanted
from boundaries.strangler.operation import find_step, prepare
from boundaries.strangler.postgres import standby
from boundaries.strangler.step import Move

NOTHING_LIVE: dict[str, Any] = {"standbys": {}, "live": {}}


def status(context: str, *, with_gates: bool = True) -> dict[str, Any]:
    """Everything that the command line, the admin and the metrics say about one context; changes nothing.

    Without the gates it asks this process's own database only, so that a page can be had while the service is down.
    """
    move = prepare(context=context)
    reached = move.extraction.reached
    following = catalogue.next_step(reached)
    return {
        "context": context,
        "owner_team": move.context.owner,
        "reached": reached,
        "steps": [_step(move, name) for name in catalogue.JOURNEY],
        "queries": str(routing.route_of(context, "").mode),
        "writes": "monolith" if routing.owner_is_here(context) else "service",
        "epoch": routing.epoch_of(context),
        "halted": _halted(context),
        **(live(move) if with_gates else NOTHING_LIVE),
        "map": {"state": move.context.state, "place": f"{move.context.path.name}:{move.context.line}"},
        "verify": _verify(move),
        "pause": _pause(move),
        "wanted": str(move.extraction.wanted),
        "follower": _follower(move),
        "bake": bake.describe(context),
        "next": following,
        "gates": [gate.as_dict() for gate in gates_of(move, following)] if following and with_gates else [],
    }


def _follower(move: Move) -> dict[str, Any]:
    """What it last said of itself, and how long ago."""
    told = move.extraction.follower
    return {**told, "silent_seconds": move.extraction.silent_seconds} if told else {}


def _halted(context: str) -> str:
    """Why nobody may write until `recover` has been run; empty as a rule."""
    owner = routing.refresh().owners.get(context)
    return owner.halted if owner is not None else ""


def live(move: Move) -> dict[str, Any]:
    """What only the two databases themselves can tell, as long as they are to be followed."""
    if move.extraction.wanted != Wanted.FOLLOWING:
        return NOTHING_LIVE
    try:
        with both_sides(move.context, as_they_are=True) as both:
            standbys = {side: standby.describe(both.connection(side)) for side in ("monolith", "service")}
            return {"standbys": standbys, "live": figures(both)}
    except (BoundaryError, psycopg.Error):
        return NOTHING_LIVE


def _verify(move: Move) -> dict[str, Any]:
    """The last run of the step, and what the follower has compared and found since then."""
    extraction = move.extraction
    last, running = extraction.facts.get("verify", {}), extraction.follower.get("verify", {})
    since = outstanding(running, verified_at=last.get("at", 0.0))
    return {
        "age_seconds": _age(move, last.get("at")),
        "rows_compared": last.get("rows_compared"),
        "differences": last.get("differences", 0) + len(last.get("schema_differences", [])) if last else None,
        "continuous": {
            "age_seconds": _age(move, running.get("last", {}).get("at")),
            "rows_compared": running.get("last", {}).get("rows"),
            "rows_under_way": running.get("under_way", {}).get("rows", 0),
            "differences": since.differences,
            "shown": since.shown,
        },
    }


def _pause(move: Move) -> dict[str, Any]:
    """How long writers waited when it was last measured, by a switch or its rehearsal, and the bound of an attempt."""
    runs = StepRun.objects.filter(
        context=move.name, step__in=["switch-writes", "rollback"], result=StepRun.Result.OK
    )
    measured = next((run for run in runs[:20] if "window_ms" in run.figures), None)
    return {
        "window_ms": measured.figures["window_ms"] if measured else None,
        "measured_at": measured.started_at.isoformat() if measured else None,
        "was_rehearsed": bool(measured and measured.figures.get("rehearsed")),
        "waits_at_most_ms": setting("GATE_TIMEOUT_MS"),
    }


def _age(move: Move, at: float | None) -> float | None:
    """By the clock of the database that the time was taken from."""
    now = getattr(move.extraction, "now", None)
    return round(max(now.timestamp() - at, 0.0), 1) if now and at else None


def gates_of(move: Move, step: str) -> list[Gate]:
    """The gates of a step as they are now; a side that cannot be asked is a gate that does not hold."""
    found: list[Gate] = []
    try:
        found.extend(find_step(step).gates(move))
    except BoundaryError as error:
        found.append(Gate("the question can be asked", False, error.what, error.what_to_do))
    return found


def _step(move: Move, name: str) -> dict[str, Any]:
    step = find_step(name)
    last = StepRun.objects.filter(context=move.name, step=name).first()
    reached = move.extraction.reached
    is_done = bool(reached) and catalogue.JOURNEY.index(reached) >= catalogue.JOURNEY.index(name)
    return {
        "name": name,
        "what": step.what,
        "done": is_done,
        "result": str(last.result) if last else None,
        "seconds": last.seconds if last else None,
        "at": last.started_at.isoformat() if last else None,
        "progress": last.progress if last else {},
        "problem": last.problem if last else "",
    }
