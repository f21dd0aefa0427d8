"""Step: hand the writes to the service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.conf import setting
from boundaries.facades import held_call, routing
from boundaries.facades.models import RouteMode
from boundaries.strangler import bake
from boundaries.strangler.flow import Both, both_sides, trigger_gates
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import follower_gate, resync_gate, service_gate, verify_gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.postgres import capture, probe
from boundaries.strangler.postgres.switch import GateLost, finish, measure_pause, switch
from boundaries.strangler.step import Move
from boundaries.strangler.steps.switch_reads import comparison_gates


class SwitchWrites:
    """Fences, drains, sets sequences and flips; from the commit on, changes flow back the other way."""

    name = "switch-writes"
    what = "hands the writes to the service: fence, drain, sequences, flip; then changes flow back"
    way_back = "rollback: the same, with the sides swapped; nothing written meanwhile is lost"
    comes_after = "switch-reads"
    destructive = True

    def gates(self, move: Move) -> Iterable[Gate]:
        """Reads are fine, the copy is equal and nearly level, the way back is installed, nothing prepared hangs."""
        mode = routing.route_of(move.name, "").mode
        yield Gate(
            "the service answers the queries", mode in {RouteMode.CANARY, RouteMode.REMOTE, RouteMode.VERIFY_REMOTE},
            f"the route is {mode}", f"Run `boundaries extract {move.name} switch-reads`.",
        )  # fmt: skip
        yield from comparison_gates(move.name)
        yield verify_gate(move)
        yield follower_gate(move)
        yield service_gate(move)
        yield held_call_gate(move.name)
        with both_sides(move.context) as both:
            yield from switch_gates(both)
            yield from _probes(both)

    def describe(self, move: Move) -> list[str]:
        """The protocol's steps with the live answers."""
        with both_sides(move.context) as both:
            owner = both.owner()
            waiting = capture.backlog(both.connection(owner or "monolith"), move.name)
        return [
            f"now the {owner} owns the writes; {waiting} changes wait to be applied",
            f"take the gate exclusively, {setting('GATE_TIMEOUT_MS')} ms at most, up to {setting('GATE_ATTEMPTS')} times",
            "drain the log, set sequences, close the monolith, open the service",
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Switch, or finish a switch that was cut off; with `rehearse`, measure the pause and switch nothing."""
        if move.options.get("rehearse"):
            return rehearse(move)
        bake.prepare(move.name, move.options, who=move.who)
        return hand_over(move, to="service")


STEP = SwitchWrites()


def hand_over(move: Move, *, to: str) -> dict[str, Any]:
    """Make `to` ("monolith" or "service") the owner of the writes; does nothing if it is already."""
    with both_sides(move.context) as both, consumer_lock(both.monolith, move.name):
        before = both.owner()
        owner = finish(both.pair, both.monolith, both.service)
        if owner == to:
            return {"owner": to, "finished": before is None, "already": before is not None}
        try:
            switched = switch(
                both.flow(owner),
                source=both.endpoint(owner),
                to=to,
                tell=move.progress.report,
            )
        except GateLost:
            if finish(both.pair, both.monolith, both.service) != to:
                raise
            return {"owner": to, "finished": True, "already": False}
    return switched.as_dict()


def rehearse(move: Move) -> dict[str, Any]:
    """Take the gate, drain, let go: the pause that a switch would have now, without switching."""
    with both_sides(move.context) as both, consumer_lock(both.monolith, move.name):
        owner = finish(both.pair, both.monolith, both.service)
        return {
            "owner": owner,
            "rehearsed": True,
            "window_ms": measure_pause(both.flow(owner), source=both.endpoint(owner)),
        }


def held_call_gate(context: str) -> Gate:
    """No caller holds a transaction open around a command: after the switch it would be refused there."""
    name, remedy = (
        "no command is called inside a caller's transaction",
        (
            "Call it before or after the transaction, or tell of it with publish(); then wait BOUNDARIES['HELD_CALL_SECONDS']. "
            "See the guide 'When the switch does not go through'."
        ),
    )
    if setting("IN_ATOMIC") != "error":
        return Gate(name, True, f"IN_ATOMIC is {setting('IN_ATOMIC')}", remedy)
    calls = held_call.recent_commands(context)
    shown = ", ".join(f"{call.operation} at {call.place} ({call.count} times)" for call in calls[:3])
    more = f" and {len(calls) - 3} more places" if len(calls) > 3 else ""
    return Gate(name, not calls, f"{shown}{more}" if calls else "none seen", remedy)


def switch_gates(both: Both) -> Iterable[Gate]:
    """What must be true of the databases before the gate is asked for."""
    yield resync_gate(both)
    owner = both.owner() or "monolith"
    waiting, most = capture.backlog(both.connection(owner), both.context), setting("SWITCH_LAG_ROWS")
    yield Gate(
        "little is left to apply",
        waiting <= most,
        f"{waiting} changes, at most {most}",
        "Wait for the follower.",
    )
    prepared = both.connection(owner).execute("SELECT count(*) FROM pg_prepared_xacts").fetchone()
    yield Gate(
        "no prepared transaction", not prepared or prepared[0] == 0, f"{prepared[0] if prepared else 0} prepared",
        "COMMIT PREPARED or ROLLBACK PREPARED them; they may hold the gate for ever.",
    )  # fmt: skip
    yield from trigger_gates(both)


def _probes(both: Both) -> Iterable[Gate]:
    """The statements of the way there and of the way back, on no rows: a right that is missing shows before the switch."""
    for side in ("monolith", "service"):
        said = probe.trouble(both.connection(side), both.context, both.tables(side))
        yield Gate(
            f"the mover can write the {side}", not said, said or "tried on no rows",
            f"Mend what its server says; `boundaries extract {both.context} provision --print-grants` lists the grants.",
        )  # fmt: skip
