"""Two real databases with the sample project's tables, one for each side of a move."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from boundaries.contexts.table import TableSpec
from boundaries.strangler.flow import Both
from boundaries.strangler.postgres import backfill, capture, continuity, gate, ownership, shape
from boundaries.strangler.postgres.connection import Endpoint, Pair
from boundaries.testing.database import Database, throw_away_database

SPECS = [
    TableSpec("ledger_account", ("id",)),
    TableSpec("ledger_entry", ("id",)),
    TableSpec("boundaries_facades_receipt", ("context", "key"), "context = 'ledger'", "row"),
]


@dataclass
class Sides:
    """Both databases, the mover's view of them, and an application's connections."""

    both: Both
    databases: dict[str, Database]
    open_connections: list[psycopg.Connection[Any]] = field(default_factory=list)

    def app(self, side: str = "monolith", **options: Any) -> psycopg.Connection[Any]:
        """An application's connection, autocommitting unless told otherwise; closed with the test."""
        database = self.databases[side]
        url = database.app_url if side == "monolith" else database.service_url
        connection = psycopg.connect(url, **{"autocommit": True, **options})
        self.open_connections.append(connection)
        return connection

    def account(self, side: str = "monolith", owner: str | None = None) -> uuid.UUID:
        """Insert one account as the application."""
        key = uuid.uuid4()
        self.app(side).execute(
            "INSERT INTO ledger_account (id, owner, balance) VALUES (%s, %s, 0)", [key, owner or str(key)]
        )
        return key

    def install(self) -> None:
        """Ownership rows, capture and gate on both sides: the monolith owns the writes."""
        ownership.ensure(self.both.monolith, "ledger", is_open=True, address="")
        ownership.ensure(self.both.service, "ledger", is_open=False, address="")
        ownership.align(self.both.monolith, self.both.service, "ledger")
        continuity.begin(self.both.monolith, self.both.service, "ledger")
        for side in ("monolith", "service"):
            capture.install(self.both.connection(side), "ledger", self.both.tables(side))
            gate.install(self.both.connection(side), "ledger", self.both.tables(side))

    def rows(self, side: str, table: str) -> list[tuple[Any, ...]]:
        """All rows of a table, in order, as text."""
        return self.both.connection(side).execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()

    def assert_equal(self) -> None:
        """Both sides hold the same rows."""
        for spec in SPECS:
            assert self.rows("monolith", spec.table) == self.rows("service", spec.table), spec.table


@pytest.fixture(scope="session")
def migrated(servers: Any) -> Iterator[dict[str, Database]]:
    with (
        throw_away_database(admin_url=servers.admin_url("alpha")) as left,
        throw_away_database(admin_url=servers.admin_url("beta")) as right,
    ):
        migrate(left, right)
        yield {"monolith": left, "service": right}


@pytest.fixture
def sides(migrated: dict[str, Database]) -> Iterator[Sides]:
    pair = Pair(
        "ledger",
        Endpoint("ledger", "monolith", migrated["monolith"].mover_url),
        Endpoint("ledger", "service", migrated["service"].mover_url),
    )
    with pair.monolith.session() as monolith, pair.service.session() as service:
        sides = Sides(Both(pair, SPECS, monolith, service), migrated)
        try:
            yield sides
        finally:
            for connection in sides.open_connections:
                connection.close()
            _clean(sides)


def migrate(*databases: Database) -> None:
    """Create the sample project's tables in each, at the same time."""
    runs = [_migrate(database.owner_url) for database in databases]
    for run in runs:
        output, _ = run.communicate(timeout=60)
        assert run.returncode == 0, output


def _migrate(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "django", "migrate", "--settings", "tests.settings", "--verbosity", "0", "--skip-checks"],
        env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _clean(sides: Sides) -> None:
    for side in ("monolith", "service"):
        connection = sides.both.connection(side)
        tables = sides.both.tables(side)
        gate.remove(connection, "ledger")
        capture.remove(connection, "ledger", tables)
        connection.execute(
            "TRUNCATE ledger_account, ledger_entry, boundaries_facades_receipt, boundaries_facades_ownership, boundaries_facades_freshness"
        )
        shape.set_aside(connection, "ledger", [])
        shape.build(connection, "ledger")
        shape.drop_notes(connection, "ledger")
        backfill.drop_ledger(connection, "ledger")
