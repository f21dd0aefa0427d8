"""Does every table that `plan` lets pass come through exactly, to the service and back, and does it name the others?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import connections

from boundaries.contexts.table import TableSpec
from boundaries.strangler.flow import Both
from boundaries.strangler.planning import catalogue
from boundaries.strangler.planning.blocker import RULES
from boundaries.strangler.planning.facts import Facts, PlannedTable
from boundaries.strangler.postgres import backfill, fingerprint, sequence
from boundaries.strangler.postgres import shape as shapes
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.switch import switch
from boundaries.strangler.postgres.table import Table, identifiers
from boundaries.strangler.postgres.verify import verify
from tests.strangler.planning.facts import FREE
from tests.strangler.postgres.conftest import Sides
from tests.strangler.postgres.matrix import SHAPES, Shape

NO_CASE = "CREATE COLLATION IF NOT EXISTS no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"


class Moved:
    """One shape's tables on both sides, written by their owners, whose sessions spell dates in their own way."""

    def __init__(self, sides: Sides, shape: Shape) -> None:
        self.shape = shape
        self.owners = {
            name: psycopg.connect(database.owner_url, autocommit=True, options="-c datestyle=German -c timezone=Asia/Kolkata -c intervalstyle=iso_8601 -c extra_float_digits=0 -c bytea_output=escape")
            for name, database in sides.databases.items()
        }  # fmt: skip
        self.url = sides.databases["monolith"].owner_url
        specs = [TableSpec(table, key) for table, key in shape.tables.items()]
        self.both = Both(sides.both.pair, specs, sides.both.monolith, sides.both.service)
        sides.both = self.both

    def create(self) -> None:
        for side, owner in self.owners.items():
            if self.shape.needs_icu:
                _create_collation(owner)
            is_service = side == "service" and self.shape.service_ddl
            owner.execute(self.shape.service_ddl if is_service else self.shape.ddl)

    def write(self, side: str, statements: tuple[str, ...]) -> None:
        for statement in statements:
            self.owners[side].execute(statement)

    def empty(self, side: str) -> None:
        with self.owners[side].transaction():
            for table in self.both.tables(side):
                self.owners[side].execute(psycopg.sql.SQL("DELETE FROM {}").format(table.qualified))

    def copy(self) -> None:
        both = self.both
        backfill.prepare(both.service, "ledger")
        shapes.set_aside(both.service, "ledger", both.tables("service"))
        backfill.empty(both.service, "ledger", both.tables("monolith"))
        for table in both.tables("monolith"):
            backfill.copy_table(
                both.monolith, both.service, "ledger", table, chunk_rows=3, tell=lambda rows: None
            )
        cycle(both.flow("monolith"))
        shapes.build(both.service, "ledger")

    def switch(self, source: str, to: str) -> None:
        switch(self.both.flow(source), source=self.both.endpoint(source), to=to)

    def assert_exact(self, source: str) -> None:
        """Not only equal to the comparison of the kit: the same bytes."""
        both = self.both
        for table in both.tables("monolith"):
            assert _bytes(both.monolith, table) == _bytes(both.service, table), table.name
        assert verify(both.flow(source)).differences == 0
        assert sequence.behind(both.connection(source), both.tables(source)) == []

    def drop(self) -> None:
        for side, owner in self.owners.items():
            self.both.connection(side).rollback()
            for kind, name in owner.execute(_LEFT).fetchall():
                owner.execute(f"DROP {kind} IF EXISTS {name} CASCADE")
            owner.close()


_LEFT = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, oid::regclass::text FROM pg_class
WHERE relname ILIKE 'moved%' AND relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'SEQUENCE', 'moved_numbers' UNION ALL SELECT 'TABLE', 'boundaries_shape_ledger'
UNION ALL SELECT 'TYPE', typname FROM pg_type WHERE typname IN ('moved_mood', 'moved_short', 'moved_pair')
UNION ALL SELECT 'SCHEMA', quote_ident(nspname) FROM pg_namespace WHERE nspname ILIKE 'moved%'
UNION ALL SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'boundaries_capture%'
"""


def _create_collation(owner: psycopg.Connection[Any]) -> None:
    try:
        owner.execute(NO_CASE)
    except psycopg.errors.FeatureNotSupported as error:
        pytest.skip(str(error).splitlines()[0])


def _bytes(connection: Connection, table: Table) -> bytes:
    names = identifiers(sorted(column.name for column in table.columns))
    query = psycopg.sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT BINARY)")
    with connection.cursor().copy(query.format(names, table.qualified, table.key_columns())) as rows:
        return b"".join(rows)


@pytest.fixture
def moved(sides: Sides, request: pytest.FixtureRequest) -> Iterator[Moved]:
    specs = sides.both
    moved = Moved(sides, request.param)
    try:
        moved.create()
        yield moved
    finally:
        moved.drop()
        sides.both = specs


@pytest.fixture
def blockers(sides: Sides, moved: Moved, django_db_blocker: Any) -> list[tuple[str, str]]:
    """What `plan` says about the tables, from a database that really has them."""
    database = sides.databases["monolith"]
    settings = {**connections.settings["default"], "NAME": database.name, "USER": database.role("owner"), "PASSWORD": database.role("owner")}  # fmt: skip
    connections.settings["matrix"] = settings | {"HOST": moved.both.monolith.info.host, "PORT": str(moved.both.monolith.info.port)}  # fmt: skip
    with django_db_blocker.unblock():
        try:
            facts, stored = catalogue.read_tables(list(moved.shape.tables), alias="matrix", conditions={})
        finally:
            connections["matrix"].close()
            del connections["matrix"], connections.settings["matrix"]
    tables = tuple(
        PlannedTable(name, key, None, "statement", None, stored.get(name)) for name, key in moved.shape.tables.items()
    )  # fmt: skip
    return _found(replace(FREE, models=(), database=facts, tables=tables))


def _found(facts: Facts) -> list[tuple[str, str]]:
    return [(rule.code, what) for rule in RULES for what, _, _ in rule.find(facts)]


@pytest.mark.parametrize("moved", SHAPES, ids=lambda shape: shape.name, indirect=True)
def test_a_table_is_moved_exactly_or_refused_by_name(
    sides: Sides, moved: Moved, blockers: list[tuple[str, str]]
):
    shape = moved.shape
    if shape.refused:
        code, words = shape.refused
        assert any(found == code and words in what for found, what in blockers), blockers
        return
    assert blockers == []

    sides.install()
    moved.write("monolith", shape.fill)
    moved.copy()
    moved.assert_exact("monolith")
    both = moved.both
    assert (
        fingerprint.differences(both.monolith, both.service, both.tables("monolith"), both.tables("service"))
        == []
    )

    moved.write("monolith", shape.changes)
    cycle(both.flow("monolith"))
    moved.assert_exact("monolith")

    moved.switch("monolith", "service")
    moved.write("service", shape.at_the_service)
    cycle(both.flow("service"))
    moved.assert_exact("service")

    moved.switch("service", "monolith")
    moved.empty("monolith")
    moved.write("monolith", shape.fill)
    cycle(both.flow("monolith"))
    moved.assert_exact("monolith")
