"""Step: one step back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.facades import routing
from boundaries.strangler.catalogue import JOURNEY
from boundaries.strangler.flow import both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.removal import remove_replication
from boundaries.strangler.step import Move
from boundaries.strangler.steps.switch_writes import hand_over, switch_gates


class NothingToRollBack(BoundaryError):
    """Raised when the context has not gone anywhere yet."""

    code = "BD540"
    problem = "{context} has nothing to roll back: it has reached {reached}."
    remedy = "{advice}"


class Rollback:
    """Takes back the last step that changed something; nothing written after going forward is lost."""

    name = "rollback"
    what = "goes one step back, at any time before complete"
    way_back = "run the step again that was taken back"
    comes_after = "replicate"
    destructive = True

    def gates(self, move: Move) -> Iterable[Gate]:
        """Going back with the writes needs what going forward with them needed."""
        if _reached(move) == "switch-writes":
            yield follower_gate(move)
            with both_sides(move.context) as both:
                yield from switch_gates(both)

    def describe(self, move: Move) -> list[str]:
        """What would be taken back."""
        reached = _reached(move)
        back = _BACK.get(reached)
        return [
            f"take back {reached}: {back.__doc__}" if back else f"nothing: {move.name} has reached {reached}"
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Take back the step that was reached last, and store the one before it."""
        reached = _reached(move)
        back = _BACK.get(reached)
        if back is None:
            raise NothingToRollBack(
                context=move.name, reached=reached,
                advice="Delete the service's folder or drop its database by hand; neither holds anything of the monolith's.",
            )  # fmt: skip
        figures = back(move)
        move.extraction.reached = JOURNEY[JOURNEY.index(reached) - 1]
        Extraction.objects.filter(pk=move.name).update(reached=move.extraction.reached)
        return {"taken_back": reached, **figures}


STEP = Rollback()


def _reached(move: Move) -> str:
    """The last step done; a switch of the writes that died before it could say so counts."""
    reached = str(move.extraction.reached)
    is_past = reached and JOURNEY.index(reached) >= JOURNEY.index("replicate")
    owner = routing.refresh().owners.get(move.name)
    return "switch-writes" if is_past and owner is not None and not owner.open else reached


def _writes(move: Move) -> dict[str, Any]:
    """the writes return to the monolith; queries stay with the service"""
    return hand_over(move, to="monolith")


def _reads(move: Move) -> dict[str, Any]:
    """the monolith answers the queries again, compared with the service"""
    return _route(move, "shadow")


def _shadow(move: Move) -> dict[str, Any]:
    """the service is not asked any more"""
    return _route(move, "local")


def _verify(move: Move) -> dict[str, Any]:  # noqa: ARG001
    """nothing: a comparison leaves nothing behind"""
    return {}


def _replicate(move: Move) -> dict[str, Any]:
    """capture, gates and logs are removed from both databases"""
    return remove_replication(move)


def _route(move: Move, mode: str) -> dict[str, Any]:
    routing.set_route(context=move.name, mode=mode, who=move.who, why=move.why or "rollback")
    return {"route": mode}


_BACK: dict[str, Callable[[Move], dict[str, Any]]] = {
    "switch-writes": _writes,
    "switch-reads": _reads,
    "shadow": _shadow,
    "verify": _verify,
    "replicate": _replicate,
}
