"""Which side owns the writes, as the two databases say?"""

from __future__ import annotations

from dataclasses import dataclass

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import take_from_others


class BothOpen(BoundaryError):
    """Raised when both sides say that they are open; no run of the protocol leads here."""

    code = "BD510"
    problem = "Both sides of {context} are open for writes (epochs {monolith} and {service})."
    remedy = "Stop all writers now. Somebody changed an ownership row by hand; read the guide 'Going back', section 'break glass'."


@dataclass(frozen=True, slots=True)
class Ownership:
    """One side's row: see `boundaries.facades.models.Ownership`."""

    open: bool
    epoch: int
    drained: int
    halted: str = ""


def read(connection: Connection, context: str) -> Ownership | None:
    """This side's row, or None before the first `replicate`."""
    row = connection.execute(
        "SELECT open, epoch, drained, halted FROM boundaries_facades_ownership WHERE context = %s", [context]
    ).fetchone()
    return Ownership(*row) if row else None


def ensure(connection: Connection, context: str, *, is_open: bool, address: str) -> None:
    """Write the first rows of this side, or leave those that are there; the address is brought up to date."""
    connection.execute(
        """
        INSERT INTO boundaries_facades_ownership (context, open, epoch, drained, address) VALUES (%s, %s, 1, 0, %s)
        ON CONFLICT (context) DO UPDATE SET address = EXCLUDED.address
        """,
        [context, is_open, address],
    )
    connection.execute(
        """
        INSERT INTO boundaries_facades_freshness (context, tick, applied_at) VALUES (%s, 0, clock_timestamp())
        ON CONFLICT (context) DO NOTHING
        """,
        [context],
    )


def protect(connection: Connection) -> None:
    """Leave the rows to the mover: an application that could open its own side would be past every gate."""
    take_from_others(connection, "boundaries_facades_ownership", "INSERT, UPDATE, DELETE, TRUNCATE")


def align(monolith: Connection, service: Connection, context: str) -> None:
    """Give both sides the same epoch before a first switch; an earlier extraction may have left one higher."""
    left, right = read(monolith, context), read(service, context)
    if left is None or right is None or not left.open or right.open or left.epoch == right.epoch:
        return
    epoch = max(left.epoch, right.epoch)
    for connection in (service, monolith):
        connection.execute(
            "UPDATE boundaries_facades_ownership SET epoch = %s, drained = 0 WHERE context = %s",
            [epoch, context],
        )


def close(connection: Connection, context: str) -> int:
    """Close this side and raise its epoch; the caller commits. Returns the new epoch."""
    row = connection.execute(
        "UPDATE boundaries_facades_ownership SET open = false, epoch = epoch + 1 WHERE context = %s AND open RETURNING epoch",
        [context],
    ).fetchone()
    assert row is not None, "the side that is closed was open under the gate"
    return int(row[0])


def mark_drained(connection: Connection, context: str, epoch: int) -> None:
    """Note that this side has everything that the other side had, so that it may be opened for `epoch`."""
    connection.execute(
        "UPDATE boundaries_facades_ownership SET drained = %s WHERE context = %s AND NOT open",
        [epoch, context],
    )


def open_for(connection: Connection, context: str, epoch: int) -> bool:
    """Open this side by compare-and-set: only from the epoch before, only when drained for this one.

    A late or repeated call changes nothing and returns False. The other side has committed the last batch by now.
    """
    row = connection.execute(
        """
        WITH opened AS (
            UPDATE boundaries_facades_ownership SET open = true, epoch = %(epoch)s
            WHERE context = %(context)s AND NOT open AND epoch = %(epoch)s - 1 AND drained = %(epoch)s AND halted = ''
            RETURNING context
        ), seen AS (
            UPDATE boundaries_facades_freshness SET seen = applied WHERE context IN (SELECT context FROM opened)
        )
        SELECT count(*) FROM opened
        """,
        {"context": context, "epoch": epoch},
    ).fetchone()
    return row == (1,)
