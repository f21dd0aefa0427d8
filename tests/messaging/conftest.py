"""What do the tests of the messaging share?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from boundaries.messaging.publish import publish
from boundaries.testing.messaging import declarations
from tests.messaging.declared import Noted, create_tables

ROOT = Path(__file__).parents[2]
REAL_COMMITS = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_declarations():
    with declarations():
        yield


@pytest.fixture(scope="session")
def effect_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        create_tables()


@pytest.fixture
def outbox(effect_tables, db):
    """An empty outbox and no effects yet. Other threads and processes see it only in a test with REAL_COMMITS."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_effect, messaging_command")


@pytest.fixture
def tell(outbox) -> Callable[..., None]:
    """Publish a note in a transaction of its own."""

    def run(account: str, number: int, *, is_poison: bool = False) -> None:
        with transaction.atomic():
            publish(Noted(account=account, number=number, is_poison=is_poison))

    return run


@pytest.fixture
def process_env(database_url) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}


@pytest.fixture
def run_boundaries(process_env):
    """Run a verb in a process of its own to its end."""

    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        import os

        return subprocess.run(
            command(*arguments),
            env={**os.environ, **process_env, **env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.messaging.process", *arguments]


def effects(account: str | None = None) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, number FROM messaging_effect ORDER BY id")
        rows = cursor.fetchall()
    return [row for row in rows if account in (None, row[0])]


def numbers(account: str) -> list[int]:
    return [number for _account, number in effects(account)]


def commands() -> list[str]:
    """The steps that had their effect, in order: the part of the key after the saga's id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM messaging_command ORDER BY number")
        return [row[0].partition(":")[2] for row in cursor.fetchall()]


def expire_leases() -> None:
    """What time does to the leases of a dead process."""
    with connection.cursor() as cursor:
        for table in ("delivery", "saga_instance"):
            cursor.execute(
                f"UPDATE boundaries_messaging_{table} SET lease_until = clock_timestamp() - interval '1 second'"
                " WHERE lease_until IS NOT NULL"
            )


def make_everything_due() -> None:
    """What time does to pauses before the next attempt."""
    with connection.cursor() as cursor:
        for table in ("delivery", "saga_instance"):
            cursor.execute(
                f"UPDATE boundaries_messaging_{table} SET due_at = clock_timestamp() - interval '1 second'"
            )
