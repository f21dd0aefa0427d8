"""Step: after a crash, a failover or a restore, find out where things stand, and go on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.flow import Both, both_sides, opposite
from boundaries.strangler.gate import Gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, forget_verify
from boundaries.strangler.operation import NotConfirmed
from boundaries.strangler.postgres import continuity, divergence
from boundaries.strangler.postgres.continuity import Memory
from boundaries.strangler.postgres.divergence import Divergence
from boundaries.strangler.postgres.switch import finish
from boundaries.strangler.step import Move


class SidesDiffer(BoundaryError):
    """Raised when somebody has to decide which side is right; both stay halted, nothing was changed."""

    code = "BD558"
    problem = (
        "{context}: {reason}. Of {rows} rows, {differences} differ without a change that waits: {shown}."
    )
    remedy = (
        "Both sides stay halted. Decide which one is right, then run `boundaries extract {context} recover "
        "--accept SIDE --yes={context}`; what the other side alone had is kept in boundaries_kept_{context} there."
    )


class MoveForgotten(BoundaryError):
    """Raised when a side was restored to a time before the move, so that there is nothing to go on from."""

    code = "BD546"
    problem = "{context}: {reason}."
    remedy = (
        "If the monolith owns the writes: `abort`, then `replicate`. If the service does, restore a later state, "
        "or read the guide 'Going back', section 'after a failover or a restore'."
    )


class Recover:
    """Compares the sides where one is not what it was; completes a switch that was cut off."""

    name = "recover"
    what = "after a crash, a failover or a restore: says what differs and who may write, and goes on"
    way_back = "none needed: it only completes; rows that it overwrites are kept beside their tables"
    comes_after = "replicate"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:  # noqa: ARG002
        """None: it must always be possible."""
        return ()

    def describe(self, move: Move) -> list[str]:
        """Who owns the writes at this moment, or why nobody does."""
        with both_sides(move.context, as_they_are=True) as both:
            reasons = _reasons(both)
            if reasons:
                return [f"compare all rows, since {'; '.join(reasons)}"]
            return [f"owner of the writes now: {both.owner() or 'nobody; the switch would be completed'}"]

    def run(self, move: Move) -> dict[str, Any]:
        """Mend, finish, and bring the stored step in line with the owner.

        :raises SidesDiffer: when something is missing on a side, and nobody has said which one to accept.
        :raises MoveForgotten: when a side knows nothing of the move.
        """
        with (
            both_sides(move.context, as_they_are=True) as both,
            consumer_lock(both.monolith, move.name, seconds=60),
        ):
            mended = _mend(move, both) if _reasons(both) or move.options.get("accept") else {}
            before = both.owner()
            owner = finish(both.pair, both.monolith, both.service)
        fault_point("recover.finished")
        if owner == "service":
            move.extraction.reached = "switch-writes"
        elif move.extraction.reached == "switch-writes":
            move.extraction.reached = "switch-reads"
        Extraction.objects.filter(pk=move.name).update(reached=move.extraction.reached)
        return {"owner": owner, "completed_a_switch": before is None, **mended}


STEP = Recover()


def _reasons(both: Both) -> list[str]:
    """Why the sides cannot just go on; empty when they can."""
    memories = _memories(both)
    halted = [memory.halted for memory in memories if memory is not None and memory.halted]
    return continuity.breaks(*memories) or halted[:1]


def _memories(both: Both) -> tuple[Memory | None, Memory | None]:
    return continuity.read(both.monolith, both.context), continuity.read(both.service, both.context)


def _mend(move: Move, both: Both) -> dict[str, Any]:
    """Halt, compare, and take both sides for what they are now, if nothing is missing or a side was accepted."""
    reason = "; ".join(_reasons(both)) or "a side was chosen"
    left, right = _memories(both)
    if left is None or right is None or continuity.forgotten(left, right):
        raise MoveForgotten(context=move.name, reason=reason)
    continuity.halt(both.monolith, both.service, move.name, reason)
    forget_verify(move.name)
    move.extraction.refresh_from_db()
    accepted = move.options.get("accept")
    left_hand = accepted or _owner(left, right)
    found = _compare(move, both, left_hand)
    kept: dict[str, int] = {}
    if accepted:
        kept = _accept(move, both, accepted, found, epoch=max(left.epoch, right.epoch) + 1)
    elif found.differences or continuity.losses(left, right):
        raise SidesDiffer(
            context=move.name, reason=reason, rows=f"{found.rows_compared:,}",
            differences=f"{found.differences:,}", shown=_say(found, left_hand or "monolith"), rows_shown=[row.as_dict() for row in found.shown],
        )  # fmt: skip
    else:
        continuity.accept(both.monolith, both.service, move.name)
    for side in _closed_first(both):
        continuity.release(both.connection(side), move.name)
    return {
        "reason": reason, "rows_compared": found.rows_compared, "differences": found.differences,
        "accepted": accepted or "both", "kept": sum(kept.values()),
    }  # fmt: skip


def _compare(move: Move, both: Both, source: str | None) -> Divergence:
    waiting_in = both.connection(source) if source else None
    return divergence.compare(
        both.flow(source or "monolith"),
        waiting_in=waiting_in,
        tell=lambda rows: move.progress.report("comparing", done=rows),
    )


def _accept(move: Move, both: Both, side: str, found: Divergence, *, epoch: int) -> dict[str, int]:
    """Make the side the owner, and the other one like it."""
    if move.options.get("yes") != move.name:
        raise NotConfirmed(step="recover --accept", context=move.name)
    move.progress.report(f"making the {opposite(side)} like the {side}")
    return divergence.prefer(both.flow(side), found, epoch=epoch)


def _owner(left: Memory, right: Memory) -> str | None:
    """The one side that says it is open."""
    if left.open == right.open:
        return None
    return "monolith" if left.open else "service"


def _closed_first(both: Both) -> list[str]:
    """The order in which sides are released, so that the open one comes when all is done."""
    left, _ = _memories(both)
    return ["service", "monolith"] if left is not None and left.open else ["monolith", "service"]


def _say(found: Divergence, source: str) -> str:
    """Counts by table, and the first rows."""
    words = {
        "missing": f"only on the {source}",
        "extra": f"only on the {opposite(source)}",
        "different": "different",
    }
    tables = [
        f"{table}: {', '.join(f'{count:,} {words[kind]}' for kind, count in sorted(kinds.items()))}"
        for table, kinds in sorted(found.kinds.items())
    ]
    rows = [f"{row.table} {'/'.join(row.key)} {words[row.kind]}" for row in found.shown[:3]]
    return "; ".join([*tables, *(["for example " + ", ".join(rows)] if rows else [])]) or "none"
