"""Is a switch that stutters cut off in time, on a server that bounds transactions and on one that does not?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from boundaries.strangler.postgres import holder, switch
from boundaries.strangler.postgres.apply import transfer
from boundaries.testing import installation
from boundaries.testing.database import Database, throw_away_database
from boundaries.testing.servers import running
from tests.strangler.postgres.conftest import Sides, migrate
from tests.waiting import wait_for

BOUNDS_TRANSACTIONS = 17
STUTTER_SECONDS = 0.4
LIMIT_SECONDS = 0.25 + holder.HELD_AT_MOST_MS / 1000


@pytest.fixture(scope="module", params=["older", "newest"])
def admin_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server without `transaction_timeout`, then the one of the other tests."""
    if request.param == "newest":
        yield request.getfixturevalue("servers").admin_url("alpha")
        return
    binaries = _older()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installation, "find_binaries", lambda: binaries)
        with running(clusters=("older",), redis=False, given={}) as servers:
            yield servers.admin_url("older")


@pytest.fixture(scope="module")
def migrated(admin_url: str) -> Iterator[dict[str, Database]]:
    with (
        throw_away_database(admin_url=admin_url) as left,
        throw_away_database(admin_url=admin_url) as right,
    ):
        migrate(left, right)
        yield {"monolith": left, "service": right}


def _older() -> Path:
    folders = [*installation._wheel_folders(), *installation._path_folders()]
    for folder in folders:
        if int(installation.version(folder).partition(".")[0]) < BOUNDS_TRANSACTIONS:
            return folder
    pytest.skip("no PostgreSQL before 17 is installed here")


def _sessions(sides: Sides) -> int:
    """Of the mover, at the monolith, beside the one that asks."""
    with psycopg.connect(sides.databases["monolith"].superuser_url) as session:
        row = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND pid <> %s",
            [sides.databases["monolith"].role("mover"), sides.both.monolith.info.backend_pid],
        ).fetchone()
    assert row is not None
    return int(row[0])


def flip(sides: Sides) -> switch.Switched:
    return switch.switch(sides.both.flow("monolith"), source=sides.both.endpoint("monolith"), to="service")


def rehearse(sides: Sides) -> float:
    return switch.measure_pause(sides.both.flow("monolith"), source=sides.both.endpoint("monolith"))


class TestStutter:
    @pytest.mark.parametrize("act", [flip, rehearse])
    def test_is_cut_off_though_no_statement_and_no_pause_is_long(self, sides, monkeypatch, act):
        sides.install()
        held = []

        def stutter(flow, **options):
            held.append(time.monotonic())
            for _ in range(20):
                flow.source.execute("SELECT pg_sleep(%s)", [STUTTER_SECONDS])
            return transfer(flow, **options)

        monkeypatch.setattr(switch, "transfer", stutter)
        with pytest.raises(switch.GateLost):
            act(sides)

        assert time.monotonic() - held[0] < LIMIT_SECONDS + 2 * STUTTER_SECONDS
        assert sides.both.owner() == "monolith"
        sides.account()

    def test_leaves_nobody_behind(self, sides):
        sides.install()
        sides.account()

        assert flip(sides).owner == "service"

        wait_for(lambda: _sessions(sides) == 0, seconds=5, what="the watching session to end")
