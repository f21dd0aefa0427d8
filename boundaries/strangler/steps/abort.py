"""Step: stop, and clean up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.facades import routing
from boundaries.strangler.gate import Gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.removal import remove_replication
from boundaries.strangler.step import Move


class Abort:
    """Gives the extraction up: queries local, capture and gates removed; the service's database stays as a copy."""

    name = "abort"
    what = "gives up: routes the queries back, removes capture and gates; the monolith is as before"
    way_back = "start again with replicate"
    comes_after = "provision"
    destructive = True

    def gates(self, move: Move) -> Iterable[Gate]:  # noqa: ARG002
        """None: whether the service still owns the writes is asked under the lock."""
        return ()

    def describe(self, move: Move) -> list[str]:
        """What is undone."""
        return [
            f"route the queries of {move.name}: local",
            "remove capture, gate and log from both databases",
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Undo everything since `provision`.

        :raises boundaries.strangler.removal.StillOwner: while the service owns the writes.
        """
        figures = remove_replication(move)
        if routing.route_of(move.name, "").mode != "local":
            routing.set_route(context=move.name, mode="local", who=move.who, why=move.why or "abort")
        move.extraction.reached = "provision"
        Extraction.objects.filter(pk=move.name).update(reached="provision")
        return figures


STEP = Abort()
