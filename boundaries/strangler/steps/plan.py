"""Step `plan`: what moves, what blocks it, and what to do first?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.strangler.gate import Gate
from boundaries.strangler.planning.blocker import Finding, find_blockers
from boundaries.strangler.planning.gather import gather, gather_blocking
from boundaries.strangler.planning.report import build_plan
from boundaries.strangler.planning.text import render_plan
from boundaries.strangler.step import Move


class Plan:
    """Looks, judges and changes nothing."""

    name = "plan"
    what = "finds what moves, what blocks, how long it takes and what to do first"
    way_back = "nothing to take back"
    comes_after = ""
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:  # noqa: ARG002
        """None: a valid map is enough, and without one there is no move."""
        return []

    def describe(self, move: Move) -> list[str]:
        """The same as running it, since it changes nothing."""
        return [f"read the code, the models and the catalogue for {move.name}; change nothing"]

    def run(self, move: Move) -> dict[str, Any]:
        """The plan as JSON-ready values; `blockers` is empty when the way is free."""
        return make_plan(move)

    def render(self, figures: dict[str, Any]) -> str:
        """The plan as text for a terminal."""
        return render_plan(figures)


def make_plan(move: Move) -> dict[str, Any]:
    """The plan of a move as things are now."""
    return build_plan(gather(move.map, move.context))


def list_blockers(move: Move) -> list[Finding]:
    """The plan's blockers as things are now, without the rest: asked again by the gate of `scaffold`."""
    return find_blockers(gather_blocking(move.map, move.context))


STEP = Plan()
