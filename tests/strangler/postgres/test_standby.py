"""Does the mover wait for the standby that would take over, and say so when it may not look?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from boundaries.strangler.postgres import standby
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.switch import switch
from boundaries.testing.port import free_port
from tests.waiting import wait_for


class Standby:
    """A real standby of one of the suite's clusters, streaming."""

    def __init__(self, cluster: Any, folder: Path) -> None:
        self.cluster, self.folder, self.port = cluster, folder, free_port()

    def start(self) -> None:
        """Copy the primary, follow it, and wait until it says so."""
        command = [
            self.cluster.binaries / "pg_basebackup",
            "-d",
            self.cluster.admin_url,
            "-D",
            self.folder,
            "-X",
            "stream",
            "-c",
            "fast",
            "-R",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        account = self.cluster.account
        if "user" in account:
            subprocess.run(["chown", "-R", f"{account['user']}:{account['group']}", self.folder], check=True)
        self.process = subprocess.Popen(
            [self.cluster.binaries / "postgres", "-D", self.folder, "-p", str(self.port)],
            **self.cluster.surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        wait_for(self.is_streaming, seconds=30, what="the standby to stream")

    def is_streaming(self) -> bool:
        """Whether the primary sees it."""
        with psycopg.connect(self.cluster.admin_url) as session:
            row = session.execute(
                "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
            ).fetchone()
        return row == (1,)

    def receiver(self) -> int:
        """The process of the standby that writes what comes."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "walreceiver"],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(found.stdout.split()[0])

    def stop(self) -> None:
        """End it, and its data."""
        os.killpg(self.process.pid, signal.SIGQUIT)
        self.process.wait(20)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def standby_of_service(
    servers: Any, migrated: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standby]:
    if "beta" not in servers.clusters:
        pytest.skip("the second cluster is not ours, so that no standby can be made of it")
    folder = servers.clusters["beta"].lair / "standby"
    running = Standby(servers.clusters["beta"], folder)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def seen(migrated: Any, servers: Any) -> Iterator[None]:
    """The owner may see how far standbys are."""
    role = migrated["service"].role("owner")
    with psycopg.connect(servers.admin_url("beta"), autocommit=True) as session:
        session.execute(f"GRANT pg_read_all_stats TO {role}")
        yield
        session.execute(f"REVOKE pg_read_all_stats FROM {role}")


@pytest.fixture
def silent(standby_of_service: Standby) -> Iterator[None]:
    """The standby's receiver stands still: it is connected, and confirms nothing."""
    receiver = standby_of_service.receiver()
    os.kill(receiver, signal.SIGSTOP)
    yield
    os.kill(receiver, signal.SIGCONT)


class TestWithoutOne:
    def test_there_is_nothing_to_confirm(self, sides):
        sides.install()

        standby.confirm(sides.both.service, "ledger")

        assert standby.describe(sides.both.service) == "none, nothing to confirm"


@pytest.mark.usefixtures("standby_of_service")
class TestWithOne:
    def test_a_batch_passes_once_it_is_confirmed(self, sides, seen):
        sides.install()
        sides.account()

        cycle(sides.both.flow("monolith"))

        sides.assert_equal()
        assert "each batch is confirmed" in standby.describe(sides.both.service)

    def test_that_confirms_nothing_entries_stay_in_the_log_and_come_again(self, sides, seen, request):
        sides.install()
        sides.account()
        request.getfixturevalue("silent")

        with pytest.raises(standby.StandbyBehind):
            cycle(sides.both.flow("monolith"))

        assert sides.both.monolith.execute("SELECT count(*) FROM boundaries_log_ledger").fetchone() == (1,)

    def test_that_confirms_nothing_the_side_that_it_would_bring_back_open_is_not_followed_by_an_opening(
        self, sides, seen, request
    ):
        sides.install()
        to_service = sides.both.flow("monolith")
        switch(to_service, source=sides.both.endpoint("monolith"), to="service")
        request.getfixturevalue("silent")

        with pytest.raises(standby.StandbyBehind):
            switch(sides.both.flow("service"), source=sides.both.endpoint("service"), to="monolith")

        assert sides.both.owner() is None

    def test_risk_is_taken_when_it_is_named(self, sides, seen, request, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "STANDBY": "risk"}
        sides.install()
        sides.account()
        request.getfixturevalue("silent")

        cycle(sides.both.flow("monolith"))

        sides.assert_equal()

    def test_that_may_not_be_seen_is_said_with_the_grant(self, sides):
        sides.install()
        sides.account()

        with pytest.raises(standby.StandbyUnseen, match="GRANT pg_read_all_stats TO"):
            cycle(sides.both.flow("monolith"))
