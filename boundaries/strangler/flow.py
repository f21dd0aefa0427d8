"""How does a step get at both databases of a move?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from boundaries.contexts.map import Context
from boundaries.contexts.table import TableSpec, tables_of
from boundaries.strangler.postgres import switch
from boundaries.strangler.postgres.apply import Flow
from boundaries.strangler.postgres.connection import Connection, Endpoint, Pair, pair_of
from boundaries.strangler.postgres.table import Table, read_tables


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

    def flow(self, source: str, tables: Sequence[Table] | None = None) -> Flow:
        """The way of the changes from `source` to the other side."""
        left, right = self.connection(source), self.connection(opposite(source))
        return Flow(self.context, left, right, tables if tables is not None else self.tables(source))


def opposite(side: str) -> str:
    """The other side's name."""
    return "service" if side == "monolith" else "monolith"


@contextmanager
def both_sides(context: Context) -> Iterator[Both]:
    """Connect to both databases for a block.

    :raises boundaries.strangler.postgres.connection.DatabaseUnreachable: naming the side that does not answer.
    """
    pair = pair_of(context)
    with pair.monolith.session() as monolith, pair.service.session() as service:
        yield Both(pair, tables_of(context.name), monolith, service)
