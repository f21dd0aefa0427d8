"""Is each database still the one that it was, with nothing lost?

A server is known by its system identifier and its timeline: a standby that is promoted, and a restore to a point in
time, begin a new timeline. A copy of the disk that is put back keeps both, so each batch of changes is counted on both
sides as well (`apply`): a database whose count is below what the other one has seen of it has gone back in time, and so
has one whose sequence of ticks hands out a number that the other one holds already. A connection lives no longer than
its server, so looking once when it is opened is looking at each batch.

A restart changes only the moment of the start. Everything else halts both sides until `recover` has been run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection

# Not pg_control_checkpoint(): after a promotion it tells of the old timeline until the next checkpoint is done.
_TIMELINE = "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"

_READ = """
SELECT {server}, pg_postmaster_start_time(), o.server, o.other_server, o.started_at, o.other_started_at,
    o.open, o.epoch, o.halted, coalesce(f.applied, 0), coalesce(f.seen, 0), coalesce(f.tick, 0),
    (SELECT last_value FROM boundaries_facades_tick)
FROM boundaries_facades_ownership o LEFT JOIN boundaries_facades_freshness f USING (context) WHERE o.context = %s
"""


class Discontinued(BoundaryError):
    """Raised when a database is not what it was: restored, or failed over to a standby."""

    code = "BD554"
    problem = "{context}: {reason}. Nobody may write until it is clear what is missing."
    remedy = "Run `boundaries extract {context} recover`: it compares both sides and says how to go on."


@dataclass(frozen=True, slots=True)
class Memory:
    """What one side is now (`server`, `started_at`), and what it remembers of itself and of the other side."""

    server: str
    started_at: datetime
    known: str
    other_known: str
    known_start: datetime | None
    other_known_start: datetime | None
    open: bool
    epoch: int
    halted: str
    applied: int
    seen: int
    tick: int
    drawn: int


def server_expression(connection: Connection) -> sql.Composable:
    """What tells this server from another one and from its own past: "system identifier/timeline", as an SQL expression.

    Everybody may ask for both, unless somebody has revoked it; then the timeline and the counts must do.
    """
    row = connection.execute(
        "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
    ).fetchone()
    identifier = "(pg_control_system()).system_identifier" if row and row[0] else "'-'"
    return sql.SQL(f"concat({identifier}, '/', {_TIMELINE})")


def read(connection: Connection, context: str) -> Memory | None:
    """What this side is and remembers; None before the first `replicate`, or without the kit's tables."""
    try:
        query = sql.SQL(_READ).format(server=server_expression(connection))
        row = connection.execute(query, [context]).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return None
    return Memory(*row) if row else None


def breaks(monolith: Memory | None, service: Memory | None) -> list[str]:
    """What cannot be explained by restarts and crashes of our own processes; empty when all is well."""
    if monolith is None or service is None or not (monolith.known and service.known):
        return forgotten(monolith, service)
    moved = [*_moved("monolith", monolith, service), *_moved("service", service, monolith)]
    ticks = [*_older("monolith", monolith, service), *_older("service", service, monolith)]
    return [*moved, *losses(monolith, service), *ticks]


def losses(monolith: Memory, service: Memory) -> list[str]:
    """The signs that a side lacks batches that it had, or that the sides contradict each other: somebody has to decide.

    A tick that has gone back is none: it is drawn without a write, and equal rows show that nothing known is missing.
    """
    return [
        *_past("monolith", monolith, service),
        *_past("service", service, monolith),
        *_both(monolith, service),
    ]


def forgotten(monolith: Memory | None, service: Memory | None) -> list[str]:
    """Which side should know of the move and does not, since it was restored to a time before it."""
    if monolith is None or not monolith.known:
        is_owned = service is not None and service.known and service.open
        return ["the monolith does not know of the move, and the service owns the writes"] if is_owned else []
    is_new = service is None or not service.known
    return ["the service's database does not know of the move"] if is_new else []


def begin(monolith: Connection, service: Connection, context: str) -> None:
    """Let both sides remember each other from now on; what they know already is left alone."""
    known = read(monolith, context)
    if known is None or not known.known:
        # The monolith last: until it knows, a killed run begins again.
        accept(service, monolith, context)


def accept(one: Connection, another: Connection, context: str) -> None:
    """Take both sides for what they are now: servers, the same count, and ticks that go on beyond all that were given."""
    sides = (one, another)
    memories = [memory for side in sides if (memory := read(side, context))]
    assert len(memories) == len(sides), "both sides have their ownership rows"
    count = 1 + max(max(memory.applied, memory.seen) for memory in memories)
    for side, mine, other in zip(sides, memories, reversed(memories), strict=True):
        _note(side, context, mine, other)
        side.execute(
            "UPDATE boundaries_facades_freshness SET applied = %(count)s, seen = %(count)s WHERE context = %(context)s",
            {"count": count, "context": context},
        )
        side.execute("SELECT setval('boundaries_facades_tick', %s)", [max(mine.drawn, other.tick) + 1])


def note_restart(monolith: Connection, service: Connection, context: str) -> None:
    """Remember the new start of a server that is the same as before, so that its gate need not look so closely."""
    left, right = read(monolith, context), read(service, context)
    if left is None or right is None or not left.known or not right.known:
        return
    starts = (left.known_start, left.other_known_start, right.known_start, right.other_known_start)
    if starts != (left.started_at, right.started_at, right.started_at, left.started_at):
        _note(monolith, context, left, right)
        _note(service, context, right, left)


def servers(monolith: Connection, service: Connection, context: str) -> dict[str, str]:
    """Which server each side runs on, and since when, for the record of a comparison."""
    sides = {"monolith": read(monolith, context), "service": read(service, context)}
    return {
        name: f"{side.server} since {side.started_at}" for name, side in sides.items() if side is not None
    }


def halt(monolith: Connection, service: Connection, context: str, reason: str) -> None:
    """Let neither side accept a write until `recover` has been run; the first reason is kept."""
    for side in (monolith, service):
        side.execute(
            "UPDATE boundaries_facades_ownership SET halted = %s WHERE context = %s AND halted = ''",
            [reason, context],
        )


def release(connection: Connection, context: str) -> None:
    """Let this side accept writes again, if it is open."""
    connection.execute("UPDATE boundaries_facades_ownership SET halted = '' WHERE context = %s", [context])


def forget(connection: Connection, context: str) -> None:
    """Let this side, which stays closed, remember nothing of a move that was given up."""
    connection.execute(
        """
        UPDATE boundaries_facades_ownership SET halted = '', server = '', started_at = NULL, other_server = '', other_started_at = NULL
        WHERE context = %s
        """,
        [context],
    )
    connection.execute("DELETE FROM boundaries_facades_freshness WHERE context = %s", [context])


def _moved(name: str, mine: Memory, other: Memory) -> Iterator[str]:
    """Whether the side called `name` runs elsewhere, as itself or the other side remembers it."""
    for known in sorted({mine.known, other.other_known} - {mine.server, ""}):
        yield f"the {name} was restored or failed over (server/timeline {known}, now {mine.server})"


def _past(name: str, mine: Memory, other: Memory) -> Iterator[str]:
    """The sign that the side called `name` lacks batches that it had."""
    if mine.applied < other.seen:
        yield f"the {name} has gone back: it knows of {mine.applied} batches of changes, and had {other.seen}"


def _older(name: str, mine: Memory, other: Memory) -> Iterator[str]:
    """The sign that the side called `name` is older than it was, in batches that it has."""
    if mine.applied >= other.seen and mine.drawn < other.tick:
        yield f"the {name} has gone back: its ticks are at {mine.drawn}, and were at {other.tick}"


def _both(monolith: Memory, service: Memory) -> Iterator[str]:
    """The epochs that no run of the protocol leaves behind."""
    if monolith.open and service.open:
        yield f"both sides are open for writes (epochs {monolith.epoch} and {service.epoch})"
    elif abs(monolith.epoch - service.epoch) > (0 if monolith.open or service.open else 1):
        yield f"the epochs of both sides do not fit together ({monolith.epoch} and {service.epoch})"


def _note(connection: Connection, context: str, mine: Memory, other: Memory) -> None:
    connection.execute(
        """
        UPDATE boundaries_facades_ownership SET server = %s, started_at = %s, other_server = %s, other_started_at = %s
        WHERE context = %s
        """,
        [mine.server, mine.started_at, other.server, other.started_at, context],
    )
