"""How do the writes change sides?

    1  switch.catch_up   apply the log until little is left
    2  switch.gate       take the gate exclusively on the open side, with a short timeout, again and again
    3  switch.drain      apply the rest; sequences and the mark `drained` in the same commit on the other side
    4  switch.close      close the open side and raise its epoch; commit, which lets go of the gate
    5  switch.open       open the other side by compare-and-set on epoch and mark

Never both open: 4 is committed before 5 begins. After a crash, any process can finish from the two ownership rows:
one open is the owner; none open means that 5 is missing. Going back is the same code with the sides swapped.
A coordinator that hangs while it holds the gate is cut off by the server itself.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.postgres import ownership, sequence, standby
from boundaries.strangler.postgres.apply import Flow, create_stages, cycle, draw_tick, transfer
from boundaries.strangler.postgres.connection import Connection, Endpoint, Pair, first_line
from boundaries.strangler.postgres.continuity import Discontinued
from boundaries.strangler.postgres.ddl import blockers_of
from boundaries.strangler.postgres.gate import lock_key
from boundaries.strangler.postgres.holder import HELD_AT_MOST_MS, holding, limit
from boundaries.strangler.postgres.ownership import BothOpen

CATCH_UP_ROWS = 200
# After so many cycles, one that takes no longer than this is let pass whatever it has found.
CATCH_UP_CYCLES = 20
CATCH_UP_CYCLE_SECONDS = 0.25
CATCH_UP_SECONDS = 60.0


class NotCaughtUp(BoundaryError):
    """Raised when so much is written that the log never became short enough to ask for the gate."""

    code = "BD570"
    problem = "{context} is written as fast as it is applied: after {seconds:.0f} s a cycle still found {keys} changes and took {cycle_seconds} s."
    remedy = "Nothing has changed. Run the same command again at a quieter time, or give the two databases more power."


class GateBusy(BoundaryError):
    """Raised when the gate could not be had; writers have waited no longer than the stated bound each time."""

    code = "BD515"
    problem = "The gate of {context} could not be had in {attempts} attempts of {timeout_ms} ms; open transactions: {blockers}."
    remedy = "Nothing has changed. End or shorten those transactions and run the same command again; see the guide 'When the switch does not go through'."


class GateLost(BoundaryError):
    """Raised when the server cut the switch off while it held the gate, because it took too long."""

    code = "BD516"
    problem = "The switch of {context} was cut off while it held the gate (at most {held_ms} ms): {reason}."
    remedy = (
        "Run the same command again: it finds out from the ownership rows where things stand, and goes on."
    )


class NotOwned(BoundaryError):
    """Raised when the ownership rows are missing: nothing has been replicated yet."""

    code = "BD517"
    problem = "{context} has no ownership row on the {side} side."
    remedy = "Run `boundaries extract {context} replicate` first."


class NotDrained(BoundaryError):
    """Raised when no side is open, and the one to be opened does not have everything; no run of the protocol leads here."""

    code = "BD551"
    problem = "Nobody owns the writes of {context}, and the {side} side was never drained for epoch {epoch}."
    remedy = "Somebody changed an ownership row by hand or restored a database; read the guide 'Going back', section 'break glass'."


class Overtaken(BoundaryError):
    """Raised when a switch stood still after closing its source, and others have gone on meanwhile."""

    code = "BD552"
    problem = "The switch of {context} to the {to} stood still, and another process has gone on meanwhile; this one opened nothing."
    remedy = "Look at `boundaries extract {context} status` for where things stand."


@dataclass(frozen=True, slots=True)
class Switched:
    """How a switch went: who owns now, and the moments (UTC) and lengths (milliseconds) that matter to a writer."""

    owner: str
    epoch: int
    asked_at: datetime
    opened_at: datetime
    window_ms: float
    attempts: int
    keys_drained: int
    sequences: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {
            "owner": self.owner, "epoch": self.epoch,
            "gate_asked_at": self.asked_at.isoformat(), "target_opened_at": self.opened_at.isoformat(),
            "window_ms": self.window_ms, "gate_attempts": self.attempts, "keys_drained": self.keys_drained,
            "sequences": self.sequences,
        }  # fmt: skip


def owner_side(pair: Pair, monolith: Connection, service: Connection) -> str | None:
    """ "monolith" or "service": who owns the writes now; None in the short while when nobody does.

    :raises NotOwned: before the first `replicate`.
    :raises BothOpen: when the rows contradict each other.
    :raises boundaries.strangler.postgres.continuity.Discontinued: while both sides are halted.
    """
    left, right = _row(monolith, pair.context, "monolith"), _row(service, pair.context, "service")
    if reason := left.halted or right.halted:
        raise Discontinued(context=pair.context, reason=reason)
    if left.open and right.open:
        raise BothOpen(context=pair.context, monolith=left.epoch, service=right.epoch)
    if left.open:
        return "monolith"
    return "service" if right.open else None


def finish(pair: Pair, monolith: Connection, service: Connection) -> str:
    """Complete a switch that was cut off between closing and opening; otherwise change nothing. Returns the owner.

    The side with the higher epoch is the one that was closed; the other one has been drained for it before.

    :raises NotDrained: when the rows say otherwise; nobody is opened then.
    :raises boundaries.strangler.postgres.standby.StandbyBehind: when a failover could still open the closed side again.
    """
    owner = owner_side(pair, monolith, service)
    if owner is not None:
        return owner
    left, right = _row(monolith, pair.context, "monolith"), _row(service, pair.context, "service")
    name, connection, closed = (
        ("service", service, monolith) if left.epoch > right.epoch else ("monolith", monolith, service)
    )
    epoch = max(left.epoch, right.epoch)
    standby.confirm(closed, pair.context)
    if (
        not ownership.open_for(connection, pair.context, epoch)
        and owner_side(pair, monolith, service) is None
    ):
        raise NotDrained(context=pair.context, side=name, epoch=epoch)
    return owner_side(pair, monolith, service) or name


def switch(
    flow: Flow, *, source: Endpoint, to: str, tell: Callable[[str], None] = lambda phase: None
) -> Switched:
    """Hand the writes of `flow.context` from the flow's source to its target.

    `flow` is consumed by the caller alone (it holds the consumer lock). The gate is taken on a connection of its own,
    so that a time-out of the server cuts off just that.

    :raises GateBusy: when writers did not let it through.
    :raises GateLost: when it took too long; the source stays the owner.
    :raises Overtaken: when this process was paused after the close, and others have switched back meanwhile.
    :raises boundaries.strangler.postgres.standby.StandbyBehind: when the source's standby has not confirmed its close:
        nobody owns the writes until it has, and the follower or `recover` opens the target.
    """
    create_stages(flow)
    with holding(source, lock_timeout_ms=setting("GATE_TIMEOUT_MS")) as holder:
        # The holder's own session catches up, so that it is warm when writers wait for it.
        flow = replace(flow, source=holder)
        counted = sequence.find(holder, flow.target, flow.tables)
        _catch_up(flow, tell)
        fault_point("switch.caught_up")
        asked_at = datetime.now(UTC)
        with _loss_told(flow.context):
            attempts = _take_gate(flow, tell)
            started = time.monotonic()
            drained = _drain_and_close(flow, counted)
        fault_point("switch.closed")
        if drained.has_standby:
            standby.confirm(holder, flow.context)
        fault_point("switch.confirmed")
        if not ownership.open_for(flow.target, flow.context, drained.epoch):
            _require_opened(flow, to, drained.epoch)
        opened_at = datetime.now(UTC)
        window_ms = round((time.monotonic() - started) * 1000, 2)
    fault_point("switch.opened")
    return Switched(
        to, drained.epoch, asked_at, opened_at, window_ms, attempts, drained.keys, drained.sequences
    )


def measure_pause(flow: Flow, *, source: Endpoint) -> float:
    """Take the gate, drain, and let go again without closing: the pause in milliseconds that a switch would have now.

    :raises GateBusy: when writers did not let it through.
    :raises GateLost: when it took too long.
    """
    with holding(source, lock_timeout_ms=setting("GATE_TIMEOUT_MS")) as holder:
        held = replace(flow, source=holder)
        _catch_up(held)
        with _loss_told(flow.context):
            _take_gate(held, lambda phase: None)
            started = time.monotonic()
            transfer(replace(held, digests=None), tick=draw_tick(holder))
            holder.execute("COMMIT")
        return round((time.monotonic() - started) * 1000, 2)


@contextmanager
def _loss_told(context: str) -> Iterator[None]:
    """Tell what a server says that has ended the holder's transaction or session."""
    try:
        yield
    except (
        psycopg.errors.IdleInTransactionSessionTimeout,
        psycopg.errors.TransactionTimeout,
        psycopg.errors.QueryCanceled,
        psycopg.OperationalError,
    ) as error:
        raise GateLost(context=context, held_ms=HELD_AT_MOST_MS, reason=first_line(error)) from error


def _catch_up(flow: Flow, tell: Callable[[str], None] = lambda phase: None) -> None:
    """Apply the log until little is left, for as long at least as the load of our own preparations takes to pass.

    Where so much is written that never little is left, what a short cycle brings over is little enough.

    :raises NotCaughtUp: when the log has grown as fast as it was applied all the time.
    """
    tell("catching up")
    settled_at = time.monotonic() + setting("SWITCH_SETTLE_SECONDS")
    for cycles in itertools.count(1):
        began = time.monotonic()
        keys = cycle(flow).keys
        now = time.monotonic()
        is_short = cycles > CATCH_UP_CYCLES and now - began < CATCH_UP_CYCLE_SECONDS
        if now >= settled_at and (keys <= CATCH_UP_ROWS or is_short):
            return
        if now > settled_at + CATCH_UP_SECONDS:
            raise NotCaughtUp(
                context=flow.context, seconds=CATCH_UP_SECONDS, keys=keys, cycle_seconds=round(now - began, 2)
            )
        time.sleep(min(0.1, max(0.0, settled_at - now)))


def _take_gate(held: Flow, tell: Callable[[str], None]) -> int:
    """Open the holder's transaction and take the gate in it; returns how many attempts it took."""
    timeout, attempts = setting("GATE_TIMEOUT_MS"), setting("GATE_ATTEMPTS")
    holder = held.source
    blockers = ""
    for attempt in range(1, attempts + 1):
        tell("waiting at the gate")
        fault_point("switch.before_gate")
        holder.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        limit(holder, lock_timeout_ms=timeout)
        try:
            holder.execute(sql.SQL("SELECT pg_advisory_xact_lock({})").format(lock_key(held.context)))
        except psycopg.errors.LockNotAvailable:
            holder.execute("ROLLBACK")
            blockers = blockers_of(holder) or blockers
            time.sleep(random.uniform(0.05, 0.2) * min(attempt, 10))  # noqa: S311  (spreads attempts, no secret)
            continue
        fault_point("switch.gate_held")
        return attempt
    raise GateBusy(
        context=held.context, attempts=attempts, timeout_ms=timeout, blockers=blockers or "none seen"
    )


class _Drained(NamedTuple):
    keys: int
    epoch: int
    sequences: dict[str, int]
    has_standby: bool


def _drain_and_close(held: Flow, counted: Sequence[sequence.Counted]) -> _Drained:
    """Steps 3 and 4: under the gate, so that no writer of the moved rows is under way on the source."""
    current = ownership.read(held.source, held.context)
    assert current is not None
    assert current.open, "the gate is taken on the open side"
    sequences: dict[str, int] = {}

    def finish_target(target: Connection) -> None:
        sequences.update(sequence.advance(held.source, target, counted))
        fault_point("switch.sequences_set")
        ownership.mark_drained(target, held.context, current.epoch + 1)

    # The shape was looked at a moment ago.
    applied = transfer(replace(held, digests=None), tick=draw_tick(held.source), finish=finish_target)
    fault_point("switch.drained")
    # Asked while writers still wait at the gate: after the commit they run, and every statement takes longer.
    has_standby = standby.is_there(held.source)
    epoch = ownership.close(held.source, held.context)
    fault_point("switch.before_close")
    held.source.execute("COMMIT")
    return _Drained(applied.keys, epoch, sequences, has_standby)


def _require_opened(flow: Flow, to: str, epoch: int) -> None:
    """Others may have opened the target for this epoch, which is as good; anything else is not ours any more."""
    row = _row(flow.target, flow.context, to)
    if not (row.open and row.epoch == epoch):
        raise Overtaken(context=flow.context, to=to)


def _row(connection: Connection, context: str, side: str) -> ownership.Ownership:
    row = ownership.read(connection, context)
    if row is None:
        raise NotOwned(context=context, side=side)
    return row
