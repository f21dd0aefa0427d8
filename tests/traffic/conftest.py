"""What do the tests of the traffic share? Real processes, real tables, and a shop that can be wrong on purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from boundaries.testing.database import throw_away_database
from boundaries.testing.servers import Servers

from .processor import Processor
from .shop import Shop, running
from .traffic import Traffic
from .world import World

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def processor(tmp_path: Path) -> Iterator[Processor]:
    processor = Processor(tmp_path / "processor.sqlite3")
    yield processor
    if processor.process.poll() is None:
        processor.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def shop_tables(servers: Servers) -> Iterator[str]:
    """The shop's tables, without the constraints that would keep a test from spoiling them."""
    with throw_away_database(admin_url=servers.admin_url("alpha")) as database:
        environ = {
            **os.environ,
            "DATABASE_URL": database.owner_url,
            "DJANGO_SETTINGS_MODULE": "monolith.settings",
            "DEBUG": "1",
        }
        migrate = [sys.executable, "-m", "django", "migrate", "-v0"]
        subprocess.run(migrate, env=environ, cwd=ROOT, check=True)
        with psycopg.connect(database.owner_url) as connection:
            drop_constraints(connection)
        yield database.owner_url


def drop_constraints(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('u', 'f', 'c')"
        " AND conrelid::regclass::text ~ '^(payments|bookings|flights|hotels)_' ORDER BY contype"
    )
    for table, name in found.fetchall():
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}"')


@pytest.fixture
def world(shop_tables: str, processor: Processor, tmp_path: Path) -> Iterator[World]:
    world = World(shop_tables, processor, tmp_path / "journal.jsonl")
    yield world
    world.db.close()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def traffic(shop: Shop, tmp_path: Path) -> Iterator[Traffic]:
    with running(shop) as url:
        traffic = Traffic(url, tmp_path)
        yield traffic
        for process in traffic.processes:
            process.kill()
            process.communicate()
