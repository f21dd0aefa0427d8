"""Step: one step back.

Run again without a word on where to, it is the same rollback: it ends what the first one began, or says that all is done.
So an answer that got lost costs nothing. `--to` names the step to go back to, and is how one goes further.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.facades import routing
from boundaries.faults import fault_point
from boundaries.strangler.catalogue import JOURNEY
from boundaries.strangler.flow import both_sides
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.removal import remove_replication
from boundaries.strangler.step import Move
from boundaries.strangler.steps.switch_writes import hand_over, switch_gates

# Going back ends here; what was done before holds nothing of the monolith's.
LAST = "provision"


class NothingToRollBack(BoundaryError):
    """Raised when the context has not gone anywhere yet."""

    code = "BD540"
    problem = "{context} has nothing to roll back: it has reached {reached}."
    remedy = "{advice}"


class NoStepBack(BoundaryError):
    """Raised when `--to` names something that one cannot go back to."""

    code = "BD582"
    problem = "{to!r} is not a step that a rollback can lead back to."
    remedy = "Did you mean {nearest!r}? These can be named: {steps}."


class Rollback:
    """Takes back the last step that changed something; nothing written after going forward is lost."""

    name = "rollback"
    what = "goes one step back, at any time before complete"
    way_back = "run the step again that was taken back"
    comes_after = ""
    destructive = True

    def gates(self, move: Move) -> Iterable[Gate]:
        """Going back with the writes needs what going forward with them needed."""
        if _reached(move) == "switch-writes":
            yield follower_gate(move)
            with both_sides(move.context) as both:
                yield from switch_gates(both)

    def describe(self, move: Move) -> list[str]:
        """What would be taken back."""
        goal = _goal(move)
        steps = _steps(move, goal)
        return [f"take back {step}: {_BACK[step].__doc__}" for step in steps] or [_say_done(move, goal)]

    def run(self, move: Move) -> dict[str, Any]:
        """Take back what was done since the step that is to be the last one; the intention is stored first.

        :raises NothingToRollBack: when nothing has been replicated yet.
        :raises NoStepBack: when `--to` names no step that can be gone back to.
        """
        goal = _goal(move)
        steps = _steps(move, goal)
        if not steps:
            return {**_noted(move), "to": goal, "already": True, "said": _say_done(move, goal)}
        told = {"taken_back": ", ".join(steps), "to": goal}
        _note(move, told)
        figures: dict[str, Any] = {}
        for step in steps:
            figures |= _BACK[step](move)
            move.extraction.reached = _before(step)
            Extraction.objects.filter(pk=move.name).update(reached=move.extraction.reached)
            fault_point("rollback.taken_back")
        return {"taken_back": told["taken_back"], **figures, "to": goal}


STEP = Rollback()


def _goal(move: Move) -> str:
    """The step that is to be the last one that is done: as asked, as begun before, else one less than now."""
    reached, asked = _reached(move), move.options.get("to")
    known = JOURNEY[JOURNEY.index(LAST) : JOURNEY.index("switch-writes")]
    if asked:
        if asked not in known:
            nearest = difflib.get_close_matches(asked, known, n=1, cutoff=0.0)[0]
            raise NoStepBack(to=asked, nearest=nearest, steps=", ".join(known))
        return str(asked)
    if "to" in _noted(move):
        return str(_noted(move)["to"])
    if reached not in _BACK:
        raise NothingToRollBack(
            context=move.name, reached=reached or "nothing yet",
            advice="Delete the service's folder or drop its database by hand; neither holds anything of the monolith's.",
        )  # fmt: skip
    return _before(reached)


def _steps(move: Move, goal: str) -> list[str]:
    """What there is to take back, the last first."""
    reached = _reached(move)
    done = JOURNEY[: JOURNEY.index(reached) + 1] if reached else ()
    return [step for step in reversed(done) if step in _BACK and JOURNEY.index(step) > JOURNEY.index(goal)]


def _reached(move: Move) -> str:
    """The last step done; a switch of the writes that died before it could say so counts."""
    reached = str(move.extraction.reached)
    is_past = reached and JOURNEY.index(reached) >= JOURNEY.index("replicate")
    owner = routing.refresh().owners.get(move.name)
    return "switch-writes" if is_past and owner is not None and not owner.open else reached


def _before(step: str) -> str:
    return JOURNEY[JOURNEY.index(step) - 1]


def _noted(move: Move) -> dict[str, Any]:
    """What the last rollback has taken back and to where, unless a step forward was done since."""
    noted = move.extraction.facts.get("rollback", {})
    return {key: noted[key] for key in ("taken_back", "to") if key in noted}


def _note(move: Move, told: dict[str, Any]) -> None:
    extraction = Extraction.objects.get(pk=move.name)
    extraction.facts["rollback"] = told
    extraction.save(update_fields=["facts"])


def _say_done(move: Move, goal: str) -> str:
    """That there is nothing left to do, and how to go on if that is not what was meant."""
    reached = _reached(move)
    further = (
        f" One step further back: boundaries extract {move.name} rollback --to {_before(reached)} --yes={move.name}"
        if reached in _BACK
        else ""
    )
    taken_back = _noted(move).get("taken_back")
    is_asked = bool(move.options.get("to"))
    what = (
        f"{taken_back} is taken back already" if taken_back and not is_asked else f"it is not beyond {goal}"
    )
    return f"{what}; this time nothing was done.{further}"


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
