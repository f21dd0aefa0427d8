"""How does a step get at both databases of a move?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from boundaries.conf import setting
from boundaries.contexts.map import Context
from boundaries.contexts.table import TableSpec, tables_of
from boundaries.errors import BoundaryError
from boundaries.facades.models import Side
from boundaries.strangler.gate import Gate
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import forget_verify
from boundaries.strangler.postgres import capture, continuity, drift, gate, switch
from boundaries.strangler.postgres.apply import Flow
from boundaries.strangler.postgres.connection import Connection, Endpoint, Pair, pair_of
from boundaries.strangler.postgres.table import Table, read_tables


class WrongDatabase(BoundaryError):
    """Raised when a login of the mover leads to another database than the one that it stands for."""

    code = "BD550"
    problem = "{variable} leads to the database {database!r}, which {reason}."
    remedy = "Correct it; nothing has been read or written."


@dataclass(slots=True)
class Both:
    """The mover's connections to both sides of one context."""

    pair: Pair
    specs: Sequence[TableSpec]
    monolith: Connection
    service: Connection

    @property
    def context(self) -> str:
        """The context's name."""
        return self.pair.context

    def tables(self, side: str) -> list[Table]:
        """The moved tables as one side has them."""
        return read_tables(self.connection(side), self.specs, context=self.context, side=side)

    def connection(self, side: str) -> Connection:
        """The connection to "monolith" or "service"."""
        return self.monolith if side == "monolith" else self.service

    def endpoint(self, side: str) -> Endpoint:
        """The login of "monolith" or "service"."""
        return self.pair.monolith if side == "monolith" else self.pair.service

    def owner(self) -> str | None:
        """Who owns the writes now; see `switch.owner_side`."""
        return switch.owner_side(self.pair, self.monolith, self.service)

    def flow(self, source: str) -> Flow:
        """The way of the changes from `source` to the other side."""
        left, right = self.connection(source), self.connection(opposite(source))
        known = self.tables(source)
        digests = drift.digest(left, known), drift.digest(right, known)
        # Read after the digests, so that no change between the two is missed.
        return Flow(self.context, left, right, self.tables(source), digests)


def trigger_gates(both: Both) -> Iterator[Gate]:
    """Capture and gate are on every table of both sides, and fire for everybody: a disabled one stops nobody."""
    for side in ("monolith", "service"):
        connection = both.connection(side)
        missing = [
            table.name
            for table in both.tables(side)
            if not capture.is_installed(connection, both.context, table)
            or not gate.is_installed(connection, both.context, table)
        ]
        yield Gate(
            f"triggers of the {side} are enabled", not missing, ", ".join(missing) or "all of them",
            f"Somebody has switched them off: run `boundaries extract {both.context} replicate` again.",
        )  # fmt: skip


def opposite(side: str) -> str:
    """The other side's name."""
    return "service" if side == "monolith" else "monolith"


@contextmanager
def both_sides(context: Context, *, as_they_are: bool = False) -> Iterator[Both]:
    """Connect to both databases for a block.

    Both are halted if one of them is not what it was; with `as_they_are` nobody looks, for steps that mend or clean up.

    :raises boundaries.strangler.postgres.continuity.Discontinued: when one was restored or failed over.
    :raises boundaries.strangler.postgres.connection.DatabaseUnreachable: naming the side that does not answer.
    :raises WrongDatabase: when a login leads to another deployable's database: a copy would overwrite it.
    """
    pair = pair_of(context)
    with pair.monolith.session() as monolith, pair.service.session() as service:
        _require_own_databases(context, monolith, service)
        if not as_they_are:
            _require_continuity(context.name, monolith, service)
        yield Both(pair, tables_of(context.name), monolith, service)


def _require_continuity(context: str, monolith: Connection, service: Connection) -> None:
    """Halt both sides and the verify that was trusted, if one of them is not what it was.

    What looks wrong is looked at again while no batch is under way.
    """
    if not (reasons := _reasons(context, monolith, service)):
        continuity.note_restart(monolith, service, context)
        return
    with consumer_lock(monolith, context):
        if not (reasons := _reasons(context, monolith, service)):
            return
        reason = "; ".join(reasons)
        continuity.halt(monolith, service, context, reason)
    forget_verify(context)
    raise continuity.Discontinued(context=context, reason=reason)


def _reasons(context: str, monolith: Connection, service: Connection) -> list[str]:
    left, right = continuity.read(monolith, context), continuity.read(service, context)
    halted = [side.halted for side in (left, right) if side is not None and side.halted]
    return halted[:1] or continuity.breaks(left, right)


def require_service_database(context: Context, service: Connection) -> None:
    """Refuse a database that says of itself that it is another deployable's.

    :raises WrongDatabase: naming what to correct.
    """
    there = _identity(service)
    if there and there.name != context.name:
        raise WrongDatabase(
            variable=_named(context), database=service.info.dbname, reason=f"belongs to {there.name!r}"
        )


class _Identity(NamedTuple):
    """Whose database it is, as it says itself."""

    name: str
    database_id: uuid.UUID


def _require_own_databases(context: Context, monolith: Connection, service: Connection) -> None:
    """The mover reads where the application writes, and copies into the service's own database.

    A database that nobody has migrated yet says nothing about itself and is let through.
    """
    here = _identity(monolith)
    own = Side.objects.using(setting("DATABASE")).filter(id=1).first()
    if here and own and here.database_id != own.database_id:
        reason = f"is not the one that DATABASES[{setting('DATABASE')!r}] names"
        raise WrongDatabase(variable="MOVER_DATABASE_URL", database=monolith.info.dbname, reason=reason)
    require_service_database(context, service)


def _named(context: Context) -> str:
    """What to correct; a URL that stands in the map itself is not repeated, since it holds a password."""
    configured = (context.service and context.service.database) or ""
    return (
        configured.removeprefix("env:")
        if configured.startswith("env:")
        else f"`database` of the service of {context.name}"
    )


def _identity(connection: Connection) -> _Identity | None:
    found = connection.execute("SELECT to_regclass('boundaries_facades_side') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return None
    row = connection.execute("SELECT name, database_id FROM boundaries_facades_side WHERE id = 1").fetchone()
    return _Identity(*row) if row else None
