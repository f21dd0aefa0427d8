"""Does a write go on when the disk of the change log is full?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from boundaries.strangler.postgres import latch
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.log_disk import LogPlaceRefused
from boundaries.strangler.postgres.resync import rearm
from tests.chaos.stand import mount_small_disk
from tests.strangler.postgres.test_move import copy_all, fill

ROWS = "INSERT INTO ledger_account SELECT gen_random_uuid(), gen_random_uuid()::text, 0 FROM generate_series(1, {})"


@pytest.fixture
def disk(servers: Any, sides: Any) -> Iterator[Path]:
    """A disk of two megabytes that the monolith's server knows as the tablespace `small_logs`."""
    with ExitStack() as stack:
        folder = mount_small_disk(stack)
        if folder is None:
            pytest.skip("only who may mount a tmpfs can fill a disk")
        account = servers.clusters["alpha"].account
        os.chown(folder, account.get("user", os.getuid()), account.get("group", os.getgid()))
        with psycopg.connect(sides.databases["monolith"].superuser_url, autocommit=True) as session:
            session.execute(f"CREATE TABLESPACE small_logs LOCATION '{folder}'")
            stack.callback(_drop, sides.databases["monolith"].superuser_url)
        yield folder


@pytest.fixture
def apart(sides: Any, disk: Path, settings: Any) -> Any:
    """Both sides copied and level; the monolith's log is on the small disk."""
    settings.BOUNDARIES = {**settings.BOUNDARIES, "LOG_TABLESPACE": "small_logs"}
    with psycopg.connect(sides.databases["monolith"].superuser_url, autocommit=True) as session:
        session.execute(
            f"GRANT CREATE ON TABLESPACE small_logs TO {sides.databases['monolith'].role('owner')}"
        )
    sides.install()
    fill(sides)
    copy_all(sides)
    return sides


def fill_up(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def marked(sides: Any) -> list[str]:
    return [
        table.name for table in latch.marked(sides.both.monolith, "ledger", sides.both.tables("monolith"))
    ]


class TestAFullDisk:
    def test_stops_no_write_and_marks_the_table(self, apart: Any, disk: Path) -> None:
        fill_up(disk)

        apart.app().execute(ROWS.format(5_000))

        assert marked(apart) == ["ledger_account"]

    def test_stops_no_small_writes_either(self, apart: Any, disk: Path) -> None:
        fill_up(disk)
        app = apart.app(autocommit=False)

        while not marked(apart):
            app.execute(ROWS.format(10))
        app.commit()
        app.execute("UPDATE ledger_account SET balance = 3")
        app.commit()

        assert marked(apart) == ["ledger_account"]

    def test_is_recovered_from_with_the_room_that_the_log_has_taken(self, apart: Any, disk: Path) -> None:
        apart.app().execute(ROWS.format(2_000))
        fill_up(disk)
        apart.app().execute(ROWS.format(5_000))

        flow = apart.both.flow("monolith")
        rearm(flow)
        cycle(flow)

        assert marked(apart) == []
        apart.assert_equal()


class TestThePlaceOfTheLog:
    def test_is_the_databases_where_the_server_has_no_such_tablespace(self, apart: Any) -> None:
        assert _tablespace(apart.both.service) == 0
        assert _tablespace(apart.both.monolith) != 0

    def test_is_refused_without_the_right_to_it(self, sides: Any, disk: Path, settings: Any) -> None:
        settings.BOUNDARIES = {**settings.BOUNDARIES, "LOG_TABLESPACE": "small_logs"}

        with pytest.raises(LogPlaceRefused, match="permission denied"):
            sides.install()


def _tablespace(connection: Any) -> int:
    row = connection.execute(
        "SELECT reltablespace::int FROM pg_class WHERE oid = 'boundaries_log_ledger'::regclass"
    ).fetchone()
    return int(row[0])


def _drop(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("DROP TABLE IF EXISTS boundaries_log_ledger, boundaries_reserve_ledger CASCADE")
        session.execute("DROP TABLESPACE small_logs")
