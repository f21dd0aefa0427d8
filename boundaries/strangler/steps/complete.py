"""Step: give up the way back, and take everything out again that the move has put into both databases."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from boundaries.conf import setting
from boundaries.facades import routing
from boundaries.facades.models import Route, RouteMode
from boundaries.faults import fault_point
from boundaries.strangler.duration import in_words
from boundaries.strangler.flow import Both, both_sides, trigger_gates
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate, service_gate, verify_gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import LEFT, Extraction, StepRun, Wanted
from boundaries.strangler.postgres import leaning, stray
from boundaries.strangler.removal import clean_after_completion
from boundaries.strangler.step import Move
from boundaries.strangler.trial import is_rehearsal

_FAR = (RouteMode.REMOTE, RouteMode.VERIFY_REMOTE)


class Complete:
    """Stops replication in both directions; afterwards each side stands alone."""

    name = "complete"
    what = "ends the move: no replication, no capture, no gate, and no way back"
    way_back = "none: this is the point of no return"
    comes_after = "switch-writes"
    destructive = True

    def gates(self, move: Move) -> Iterable[Gate]:
        """The service has been the owner for long enough, both sides were equal just now, and nobody strays.

        Nothing is asked any more where an earlier run was killed after its point of no return.
        """
        if LEFT in move.extraction.facts:
            return
        yield _route_gate(move)
        yield service_gate(move)
        since = owned_since(move.name)
        yield _soak_gate(move, since)
        yield verify_gate(move)
        yield _fresh_gate(move, since)
        yield follower_gate(move)
        with both_sides(move.context) as both:
            yield _owner_gate(both)
            yield from trigger_gates(both)
            yield _stray_gate(both)
            yield from _retirement_gates(both)

    def describe(self, move: Move) -> list[str]:
        """What would be gone for good."""
        with both_sides(move.context, as_they_are=True) as both:
            tables = [table.name for table in both.tables("monolith") if not table.is_shared]
        return [
            "POINT OF NO RETURN: from here on there is no rollback",
            "stop following, and send all queries to the service",
            "remove capture, gate, logs and ledgers from both databases",
            f"close {', '.join(tables)} in the monolith for everybody, until the leave-migration retires them",
            f"then, in the code: boundaries extract {move.name} complete --write",
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Decide, then clean up; killed anywhere, the same command finishes."""
        began = _decide(move)
        fault_point("complete.decided")
        if routing.route_of(move.name, "").mode != RouteMode.REMOTE:
            routing.set_route(
                context=move.name, mode=RouteMode.REMOTE, who=move.who, why=move.why or "complete"
            )
        fault_point("complete.routed")
        with both_sides(move.context, as_they_are=True) as both, consumer_lock(both.monolith, move.name):
            kept = clean_after_completion(both)
        return {
            "owner": "service",
            "point_of_no_return": began["at"],
            "soak_seconds": began["soak_seconds"],
            "soak_seconds_required": began["soak_seconds_required"],
            "left_behind": kept,
            "next": f"boundaries extract {move.name} complete --write",
        }

    def render(self, figures: dict[str, Any]) -> str:
        """What is over, and what comes next, in the code."""
        return (
            "Done: both databases stand alone, and there is no way back.\n"
            f"The service had owned the writes for {in_words(figures['soak_seconds'])}"
            f" ({in_words(figures['soak_seconds_required'])} were asked for).\n"
            f"Next, in a clean working tree: {figures['next']}\n"
        )


STEP = Complete()


def owned_since(context: str) -> datetime | None:
    """Since when the service has owned the writes without a break, as the record of the runs says."""
    since = None
    for run in StepRun.objects.filter(context=context, result=StepRun.Result.OK):
        owner = run.figures.get("owner") if run.step in ("switch-writes", "rollback", "recover") else None
        if owner == "monolith":
            break
        if owner == "service" and not run.figures.get("rehearsed"):
            since = run.finished_at or run.started_at
    return since


def _decide(move: Move) -> dict[str, Any]:
    """Note that there is no way back any more, once; the follower lets go within a second."""
    extraction = Extraction.objects.get(pk=move.name)
    began: dict[str, Any] | None = extraction.facts.get(LEFT)
    if began is None:
        since = owned_since(move.name)
        now = timezone.now()
        began = {
            "at": now.isoformat(),
            "soak_seconds": round((now - since).total_seconds()) if since else 0,
            "soak_seconds_required": setting("SOAK_SECONDS"),
        }
    extraction.facts[LEFT] = began
    extraction.wanted = Wanted.STOPPED
    extraction.save(update_fields=["facts", "wanted"])
    return began


def _route_gate(move: Move) -> Gate:
    modes = {routing.route_of(move.name, "").mode} | set(
        Route.objects.filter(context=move.name).values_list("mode", flat=True)
    )
    near = sorted(str(mode) for mode in modes - set(_FAR))
    return Gate(
        "the service answers every query", not near, f"some are {', '.join(near)}" if near else "all of them",
        f"Run `boundaries extract {move.name} switch-reads`, and `boundaries route` where an operation has a route of its own.",
    )  # fmt: skip


def _owner_gate(both: Both) -> Gate:
    owner = both.owner()
    return Gate(
        "the service owns the writes", owner == "service", f"the owner is {owner or 'nobody'}",
        f"Run `boundaries extract {both.context} switch-writes`.",
    )  # fmt: skip


def _soak_gate(move: Move, since: datetime | None) -> Gate:
    needed = setting("SOAK_SECONDS")
    name, remedy = (
        "the soak time is over",
        "Wait; until then every way back is open. BOUNDARIES['SOAK_SECONDS'] says how long.",
    )
    if not needed and not is_rehearsal():
        return Gate(name, False, "SOAK_SECONDS is 0", "Only a rehearsal may do without; set it to days.")
    if since is None:
        return Gate(
            name,
            False,
            "no run says since when",
            f"Run `boundaries extract {move.name} switch-writes` again.",
        )
    owned = (timezone.now() - since).total_seconds()
    figure = f"the service has owned the writes for {in_words(owned)}, {in_words(needed)} are asked for"
    return Gate(name, owned >= needed, figure, remedy)


def _fresh_gate(move: Move, since: datetime | None) -> Gate:
    """A comparison from before the switch says nothing about what was written after it."""
    at = move.extraction.facts.get("verify", {}).get("at", 0.0)
    age, most = time.time() - at, setting("VERIFY_FRESH_SECONDS")
    is_fresh = age <= most and since is not None and at >= since.timestamp()
    figure = f"{in_words(age)} ago, {in_words(most)} at most" if at else "there was none"
    return Gate(
        "the last verify is fresh, and from after the switch", is_fresh, figure, f"Run `boundaries extract {move.name} verify`."
    )  # fmt: skip


def _stray_gate(both: Both) -> Gate:
    quiet = stray.quiet_seconds(both.monolith, both.context)
    needed = setting("QUIET_SECONDS")
    figure = "none since it was installed" if quiet is None else f"the last one {in_words(quiet)} ago"
    return Gate(
        f"no write was refused by the gate for {in_words(needed)}", quiet is None or quiet >= needed, figure,
        "Somebody still writes the old tables past the facade. The server's log names statement and application (SQLSTATE MG001).",
    )  # fmt: skip


def _retirement_gates(both: Both) -> Iterator[Gate]:
    found = leaning.leaning_on(both.monolith, both.tables("monolith"))
    yield Gate(
        "nothing else in the monolith's database leans on the tables", not found, "; ".join(found[:3]) or "nothing",
        "Drop them, or let them use the facade: they would stop working, or keep the tables from going.",
    )  # fmt: skip
    yield Gate(
        "the owner of the tables may retire them", leaning.may_retire(both.monolith), "to the schema retired",
        "GRANT CREATE ON DATABASE to the role that owns the tables.",
    )  # fmt: skip
