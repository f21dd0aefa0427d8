"""How does a server come back as somebody else: as a standby that has missed something, or restored from a backup?"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from boundaries.testing.postgres import Cluster
from tests.chaos.stand import Stand


class Copy(Cluster):
    """A base backup of a running cluster: with `is_standby` it streams from there until it is cut off."""

    def __init__(self, of: Cluster, *, is_standby: bool) -> None:
        super().__init__(name=f"{of.name}_copy", lair=of.lair, binaries=of.binaries, account=of.account)
        self.original, self.is_standby = of, is_standby

    def create(self) -> None:
        """Take the backup."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if "user" in self.account:
            shutil.chown(self.folder, self.account["user"], self.account["group"])
        address = ["--host=127.0.0.1", f"--port={self.original.port}", "--username=postgres"]
        options = [
            "--checkpoint=fast",
            "--wal-method=stream",
            *(["--write-recovery-conf"] if self.is_standby else []),
        ]
        subprocess.run(
            [self.binaries / "pg_basebackup", *address, f"--pgdata={self.data}", *options],
            **self.surroundings(), check=True, capture_output=True, timeout=60,
        )  # fmt: skip

    @property
    def data(self) -> Path:
        """Where its rows are."""
        return self.folder / "data"

    def cut_off(self) -> None:
        """Receive nothing more; what is committed from now on is missed."""
        with psycopg.connect(self.admin_url, autocommit=True) as session:
            session.execute("ALTER SYSTEM SET primary_conninfo = ''")
            session.execute("SELECT pg_reload_conf()")
            while session.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
                session.execute("SELECT pg_sleep(0.02)")

    def promote(self) -> None:
        """Become a primary, on a timeline of its own."""
        with psycopg.connect(self.admin_url, autocommit=True) as session:
            assert session.execute("SELECT pg_promote()").fetchone() == (True,)


@contextmanager
def taking_the_place(copy: Copy, stand: Stand, side: str) -> Iterator[None]:
    """For a block, the copy answers where the side's server did."""
    original = stand.clusters[side]
    original.stop()
    if copy.is_running:
        copy.stop()
    copy.port = original.port
    copy.start()
    stand.clusters[side] = copy
    try:
        yield
    finally:
        copy.stop()
        stand.clusters[side] = original
        original.start()
