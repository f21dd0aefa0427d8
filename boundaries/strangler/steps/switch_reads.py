"""Step: let the service answer queries, for a share of the callers or for all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.conf import setting
from boundaries.facades import routing
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate, service_gate, verify_gate
from boundaries.strangler.step import Move
from boundaries.strangler.steps.shadow import tallies


class SwitchReads:
    """Moves the queries; `--percent N` for a canary that sticks to its callers."""

    name = "switch-reads"
    what = "lets the service answer the queries, for --percent of the callers or all of them"
    way_back = "rollback sets the route back to shadow"
    comes_after = "shadow"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """Enough comparisons, none of them a mismatch; the copy is kept fresh by somebody."""
        yield from comparison_gates(move.name)
        yield verify_gate(move)
        yield follower_gate(move)
        yield service_gate(move)

    def describe(self, move: Move) -> list[str]:
        """One route."""
        return [f"route the queries of {move.name}: {_mode(move)} {_percent(move):g} %"]

    def run(self, move: Move) -> dict[str, Any]:
        """Set the route."""
        routing.set_route(
            context=move.name,
            mode=_mode(move),
            percent=_percent(move),
            who=move.who,
            why=move.why or "step switch-reads",
        )
        return {"route": _mode(move), "percent": _percent(move), **tallies(move.name)}


STEP = SwitchReads()


def comparison_gates(context: str) -> Iterable[Gate]:
    """Enough queries were compared, and none differed."""
    counts, needed = tallies(context), setting("SHADOW_CALLS_NEEDED")
    yield Gate(
        "enough answers were compared", counts["calls"] >= needed, f"{counts['calls']} of {needed} calls",
        "Wait for more traffic in shadow, or lower BOUNDARIES['SHADOW_CALLS_NEEDED'].",
    )  # fmt: skip
    yield Gate(
        "no answer differed", not counts["mismatches"], f"{counts['mismatches']} mismatches",
        "Look at the mismatches in the admin; fix them, then run `shadow` again after a rollback.",
    )  # fmt: skip


def _percent(move: Move) -> float:
    percent = move.options.get("percent")
    return 100.0 if percent is None else float(percent)


def _mode(move: Move) -> str:
    return "remote" if _percent(move) >= 100 else "canary"
