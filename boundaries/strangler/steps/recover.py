"""Step: find out where things stand after a crash, and finish what was begun."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.faults import fault_point
from boundaries.strangler.flow import both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction
from boundaries.strangler.postgres.switch import finish
from boundaries.strangler.step import Move


class Recover:
    """Completes a switch that was cut off, from the two ownership rows alone."""

    name = "recover"
    what = "after a crash: says who may write, and completes a switch that was cut off"
    way_back = "none needed: it only completes"
    comes_after = "replicate"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:  # noqa: ARG002
        """None: it must always be possible."""
        return ()

    def describe(self, move: Move) -> list[str]:
        """Who owns the writes at this moment."""
        with both_sides(move.context) as both:
            return [f"owner of the writes now: {both.owner() or 'nobody; the switch would be completed'}"]

    def run(self, move: Move) -> dict[str, Any]:
        """Finish, and bring the stored step in line with the owner."""
        with both_sides(move.context) as both, consumer_lock(both.monolith, move.name):
            before = both.owner()
            owner = finish(both.pair, both.monolith, both.service)
        fault_point("recover.finished")
        if owner == "service":
            move.extraction.reached = "switch-writes"
        elif move.extraction.reached == "switch-writes":
            move.extraction.reached = "switch-reads"
        Extraction.objects.filter(pk=move.name).update(reached=move.extraction.reached)
        return {"owner": owner, "completed_a_switch": before is None}


STEP = Recover()
