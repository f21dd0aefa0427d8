"""Two real databases, gates and all, and Django in the role of the application on either of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from boundaries.strangler.flow import Both
from boundaries.strangler.postgres import ownership
from boundaries.strangler.postgres.apply import Flow, cycle
from boundaries.strangler.postgres.connection import Endpoint, Pair
from boundaries.strangler.postgres.switch import Switched, switch
from boundaries.testing.database import Database
from boundaries.testing.port import free_port
from tests.settings import parse_database_url
from tests.strangler.postgres.conftest import SPECS, Sides, migrated

__all__ = ["migrated"]

_TABLES = (
    "ledger_entry", "ledger_account", "boundaries_facades_receipt", "boundaries_log_ledger",
    "orders_order", "boundaries_messaging_delivery", "boundaries_messaging_event", "boundaries_facades_route",
)  # fmt: skip


class Place:
    """The sample project on the way out of its monolith; Django works as the application on one of the sides."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides

    @contextmanager
    def at(self, side: str) -> Iterator[None]:
        """Let Django's connections of every thread lead to one side for a block."""
        before = dict(connections["default"].settings_dict)
        _point(parse_database_url(self.url(side)))
        try:
            yield
        finally:
            _point(before)

    def url(self, side: str) -> str:
        """How the application logs in to one side."""
        database = self.sides.databases[side]
        return database.app_url if side == "monolith" else database.service_url

    def close(self) -> None:
        """Close the monolith's side, as a switch does."""
        ownership.close(self.sides.both.monolith, "ledger")

    def flip(self, to: str, *, leaving_behind: str = "") -> Switched:
        """Hand the writes over; `leaving_behind` names a table that a faulty mover has forgotten, in capture too."""
        both = self.sides.both
        source = "monolith" if to == "service" else "service"
        if leaving_behind:
            both.connection(source).execute(
                "DELETE FROM boundaries_log_ledger WHERE tbl = %s", [leaving_behind]
            )
        tables = [table for table in both.tables(source) if table.name != leaving_behind]
        flow = Flow("ledger", both.connection(source), both.connection(to), tables)
        return switch(flow, source=both.endpoint(source), to=to)

    def catch_up(self, source: str) -> None:
        """Apply what waits in the log of one side."""
        cycle(self.sides.both.flow(source))

    def count(self, side: str, table: str, where: str = "true") -> int:
        """The rows of a table, seen by the mover."""
        row = (
            self.sides.both.connection(side).execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
        )
        assert row is not None
        return int(row[0])

    def execute(self, statement: str) -> None:
        """Run a statement as the owner of the monolith's tables."""
        self.sides.both.monolith.execute(statement)


@pytest.fixture(scope="session")
def service(migrated: dict[str, Database], servers: Any) -> Iterator[str]:
    """The ledger as a service of its own, on the second database; yields its address."""
    port = free_port()
    environ = {
        **os.environ, "DATABASE_URL": migrated["service"].service_url, "REDIS_URL": servers.environ["REDIS_URL"],
        "DJANGO_SETTINGS_MODULE": "tests.facades.fence.service_settings",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "error",
        "django.core.wsgi:get_wsgi_application()",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environ, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture(scope="session")
def installed(migrated: dict[str, Database], service: str) -> Iterator[Sides]:
    pair = Pair(
        "ledger",
        Endpoint("ledger", "monolith", migrated["monolith"].mover_url),
        Endpoint("ledger", "service", migrated["service"].mover_url),
    )
    with pair.monolith.session() as left, pair.service.session() as right:
        sides = Sides(Both(pair, SPECS, left, right), migrated)
        sides.install()
        app = migrated["monolith"].role("app")
        left.execute(f"GRANT TRUNCATE ON ledger_entry, ledger_account TO {app}")
        left.execute("UPDATE boundaries_facades_ownership SET address = %s", [service])
        right.execute("UPDATE boundaries_facades_side SET name = 'ledger'")
        yield sides


@pytest.fixture
def place(installed: Sides, django_db_blocker: Any) -> Iterator[Place]:
    with django_db_blocker.unblock():
        place = Place(installed)
        with place.at("monolith"):
            yield place
    for side in ("monolith", "service"):
        connection = installed.both.connection(side)
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")
        row = [side == "monolith"]
        connection.execute("UPDATE boundaries_facades_ownership SET open = %s, epoch = 1, drained = 0", row)


def _point(settings: dict[str, Any]) -> None:
    """The dict is shared by the connections of all threads; open ones of this thread are closed."""
    connection.close()
    connections["default"].settings_dict.update(settings)
