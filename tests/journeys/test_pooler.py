"""Do the locks of a move hold where connections go through PgBouncer in transaction mode?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.chaos.pooler import BINARY, Pooler
from tests.journeys.library import Library, new_library

ADVISORY = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


@pytest.fixture(scope="module")
def library(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with new_library(tmp_path_factory.mktemp("pooled"), servers) as library:
        yield library


@pytest.fixture(scope="module")
def pooler(servers: Any, library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooler]:
    """The ways in of the application and of the mover; the suite's own server must be ours."""
    if not Path(BINARY).exists():
        pytest.skip("pgbouncer is not installed (Debian: pgbouncer)")
    if "alpha" not in servers.clusters:
        pytest.skip("the server is not ours, so that nobody knows as whom PgBouncer can run")
    urls = {"application": library.monolith.app_url, "mover": library.monolith.mover_url}
    cluster = servers.clusters["alpha"]
    pooler = Pooler(urls, folder=cluster.lair / "pooler", account=cluster.account)
    yield pooler
    pooler.close()


def advisory_locks(library: Library) -> int:
    with psycopg.connect(library.monolith.superuser_url) as session:
        row = session.execute(ADVISORY).fetchone()
    assert row is not None
    return int(row[0])


class TestApplicationBehindIt:
    def test_steps_run_and_leave_no_lock_behind(self, library: Library, pooler: Pooler) -> None:
        for _ in range(2):
            done = library.extract("plan", "--json", DATABASE_URL=pooler.url("application"))
            assert (done.returncode, json.loads(done.stdout)["result"]) == (0, "ok"), done.stdout

        assert advisory_locks(library) == 0

    def test_a_second_operator_is_refused(self, library: Library, pooler: Pooler) -> None:
        with psycopg.connect(library.monolith.mover_url, application_name="boundaries fines by Ada") as first:
            first.execute("SELECT pg_advisory_lock(hashtextextended('boundaries step fines', 0))")
            done = library.extract("plan", DATABASE_URL=pooler.url("application"))

        assert done.returncode == 2
        assert "BD513: Another process is running a step of fines: boundaries fines by Ada" in done.stderr

    def test_without_a_mover_of_its_own_it_is_refused(self, library: Library, pooler: Pooler) -> None:
        done = library.extract("plan", DATABASE_URL=pooler.url("application"), BOUNDARIES_MOVER_URL="")

        assert done.returncode == 2
        assert (
            "BD583: fines: the application's login reaches PostgreSQL through a connection pooler"
            in done.stderr
        )


class TestMoverBehindIt:
    def test_is_refused_before_it_takes_a_lock(self, library: Library, pooler: Pooler) -> None:
        for step in ("plan", "scaffold", "provision"):
            library.step(step)

        done = library.extract("replicate", BOUNDARIES_MOVER_URL=pooler.url("mover"))

        assert done.returncode == 2
        assert (
            "fines: the mover's login at the monolith reaches PostgreSQL through a connection pooler"
            in done.stderr
        )
        assert "MOVER_DATABASE_URL" in done.stderr
        assert advisory_locks(library) == 0
