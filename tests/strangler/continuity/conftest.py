"""A library whose writes are with the service, on clusters that may be stopped, put back and replaced."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from boundaries.testing.postgres import Cluster
from boundaries.testing.servers import running
from tests.crashes.conftest import _healthy
from tests.journeys.library import Library, new_library
from tests.waiting import wait_for

CLUSTER = {"monolith": "alpha", "service": "beta"}


class Stand:
    """The library, and the folders of its two clusters as they were at named moments."""

    def __init__(self, library: Library, servers: Any, shelf: Path) -> None:
        self.library, self.servers, self.shelf = library, servers, shelf

    def cluster(self, side: str) -> Cluster:
        """The server of one side."""
        found: Cluster = self.servers.clusters[CLUSTER[side]]
        return found

    def keep(self, moment: str) -> None:
        """Copy the disks of both servers, as a snapshot of a volume would."""
        for side in CLUSTER:
            with _stopped(self.cluster(side)):
                shutil.copytree(self._data(side), self.shelf / moment / side)

    def put_back(self, moment: str, *sides: str) -> None:
        """Let these servers have the disks of that moment again."""
        for side in sides:
            with _stopped(self.cluster(side)):
                shutil.rmtree(self._data(side))
                shutil.copytree(self.shelf / moment / side, self._data(side))
                _own(self._data(side), self.cluster(side))

    def restart(self, *sides: str) -> None:
        """Kill these servers, and start them again."""
        for side in sides:
            with _stopped(self.cluster(side)):
                pass

    def take_base_backup(self, side: str) -> Path:
        """A standby's data, as `pg_basebackup` makes it."""
        cluster, folder = self.cluster(side), self.shelf / f"standby-{side}"
        shutil.rmtree(folder, ignore_errors=True)
        command = [
            cluster.binaries / "pg_basebackup",
            "-d",
            cluster.admin_url,
            "-D",
            folder,
            "-X",
            "stream",
            "-c",
            "fast",
            "-R",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        _own(folder, cluster)
        return folder

    def fail_over(self, side: str, standby: Path) -> None:
        """The server is gone, and the standby takes over under its address."""
        cluster = self.cluster(side)
        cluster.kill()
        shutil.rmtree(self._data(side))
        shutil.copytree(standby, self._data(side))
        _own(self._data(side), cluster)
        cluster.start()
        with psycopg.connect(cluster.admin_url, autocommit=True) as session:
            session.execute("SELECT pg_promote()")

    def superuser(self, side: str) -> psycopg.Connection[Any]:
        """A session of the superuser in one side's database."""
        return psycopg.connect(self.library.url(side), autocommit=True)

    def insert_fine(self, side: str, reader: int) -> None:
        """Write as the application of that side does; the database may refuse."""
        url = self.library.monolith.app_url if side == "monolith" else self.library.service.service_url
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(
                "INSERT INTO fines_fine (loan_id, reader, amount, paid, charged_at) VALUES (%s, %s, 5, 0, now())",
                [10_000 + reader, reader],
            )

    def readers(self, side: str) -> set[int]:
        """Whose fines a side knows of."""
        with self.superuser(side) as session:
            return {row[0] for row in session.execute("SELECT reader FROM fines_fine")}

    def wait_until_halted(self) -> None:
        """Until both sides say why nobody may write."""
        query = "SELECT halted FROM boundaries_facades_ownership WHERE context = 'fines'"

        def is_halted() -> bool:
            said = []
            for side in CLUSTER:
                with self.superuser(side) as session:
                    said += [row[0] for row in session.execute(query)]
            return len(said) == 2 and all(said)

        wait_for(is_halted, seconds=60, what="both sides to be halted")

    def _data(self, side: str) -> Path:
        return self.cluster(side).folder / "data"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Moments: `empty`, before the first copy, `before` the writes are switched, and `after`, with a fine that the service has accepted."""
    folder = tmp_path_factory.mktemp("continuity")
    numbers = {"SHADOW_CALLS_NEEDED": "0"}
    with (
        running(clusters=tuple(CLUSTER.values()), given={}) as servers,
        new_library(folder, servers, **numbers) as library,
        _healthy(library),
    ):
        stand = Stand(library, servers, folder / "moments")
        _spare_the_disk(stand)
        with psycopg.connect(library.monolith.app_url) as session:
            session.execute(
                "INSERT INTO fines_fine (loan_id, reader, amount, paid, charged_at) SELECT n, 0, 9, 0, now() FROM generate_series(1, 20) n"
            )
        for step in ("plan", "scaffold", "provision"):
            library.step(step)
        stand.keep("empty")
        library.step("replicate")
        library.start_follower()
        library.wait_for_follower()
        for step in ("verify", "shadow", "switch-reads"):
            library.step(step)
        library.stop("follow")
        stand.keep("before")
        library.start_follower()
        library.wait_for_follower()
        library.step("verify")
        library.step("switch-writes", "--yes=fines")
        stand.insert_fine("service", 1)
        wait_for(lambda: 1 in stand.readers("monolith"), seconds=20, what="the fine to come back")
        library.stop("follow")
        stand.keep("after")
        yield stand


@pytest.fixture
def stand(built: Stand) -> Iterator[Stand]:
    """The service owns the writes, and the follower runs."""
    built.put_back("after", *CLUSTER)
    built.library.start_follower()
    built.library.wait_for_follower()
    yield built
    built.library.stop("follow")


def _spare_the_disk(stand: Stand) -> None:
    """Only servers die here, never the machine: what the operating system has been given is not lost."""
    for side in CLUSTER:
        with psycopg.connect(stand.cluster(side).admin_url, autocommit=True) as session:
            session.execute("ALTER SYSTEM SET fsync = off")
            session.execute("SELECT pg_reload_conf()")


class _stopped:
    """A server is down for a block."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __enter__(self) -> None:
        self._cluster.kill()

    def __exit__(self, *error: object) -> None:
        (self._cluster.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self._cluster.start()


def _own(folder: Path, cluster: Cluster) -> None:
    """Give a folder that we have made to the account that the server runs under."""
    user, group = cluster.account.get("user"), cluster.account.get("group")
    if user is not None:
        subprocess.run(["chown", "-R", f"{user}:{group}", str(folder)], check=True, timeout=30)
    folder.chmod(0o700)
