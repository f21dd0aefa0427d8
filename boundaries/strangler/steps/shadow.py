"""Step: ask the service too, and compare its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.facades import routing
from boundaries.facades.models import Mismatch, ShadowTally
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate, service_gate, verify_gate
from boundaries.strangler.step import Move


class Shadow:
    """Mirrors the queries to the service; callers go on getting the monolith's answers."""

    name = "shadow"
    what = "asks the service every query too and compares; callers notice nothing"
    way_back = "rollback sets the route back to local"
    comes_after = "verify"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """The last verify was clean, the follower lives, the service answers."""
        yield verify_gate(move)
        yield follower_gate(move)
        yield service_gate(move)

    def describe(self, move: Move) -> list[str]:
        """One route."""
        return [f"route the queries of {move.name}: shadow", "count the comparisons from zero"]

    def run(self, move: Move) -> dict[str, Any]:
        """Set the route; run again after the route has gone further, it changes nothing."""
        mode = routing.route_of(move.name, "").mode
        if mode == "local":
            ShadowTally.objects.filter(context=move.name).delete()
            Mismatch.objects.filter(context=move.name).delete()
            routing.set_route(context=move.name, mode="shadow", who=move.who, why=move.why or "step shadow")
        return {"route": str(routing.route_of(move.name, "").mode), **tallies(move.name)}


STEP = Shadow()


def tallies(context: str) -> dict[str, int]:
    """The counts of all operations of a context together."""
    rows = ShadowTally.objects.filter(context=context)
    names = ("calls", "mismatches", "inconclusive", "failures", "dropped")
    return {name: sum(getattr(row, name) for row in rows) for name in names}
