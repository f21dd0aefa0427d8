"""Where does a context stand, what comes next, and why not yet?"""

from __future__ import annotations

from typing import Any

import psycopg

from boundaries.errors import BoundaryError
from boundaries.facades import routing
from boundaries.strangler import catalogue
from boundaries.strangler.flow import both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.models import StepRun, Wanted
from boundaries.strangler.operation import find_step, prepare
from boundaries.strangler.postgres import standby
from boundaries.strangler.step import Move


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
        "standbys": _standbys(move) if with_gates and move.extraction.wanted == Wanted.FOLLOWING else {},
        "wanted": str(move.extraction.wanted),
        "follower": _follower(move),
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


def _standbys(move: Move) -> dict[str, str]:
    """For each side, who would take over, and whether what decides is confirmed there."""
    try:
        with both_sides(move.context, as_they_are=True) as both:
            return {side: standby.describe(both.connection(side)) for side in ("monolith", "service")}
    except (BoundaryError, psycopg.Error):
        return {}


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
