"""What is particular about a PostgreSQL cluster?"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from boundaries.testing.installation import import_driver, version
from boundaries.testing.server import Server, ServerNotStarted

SUPERUSER = "postgres"
_INITDB_SECONDS = 60.0
_CONFIGURATION = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_level = logical
max_connections = 200
shared_buffers = 256MB
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
"""


class Cluster(Server):
    """One throw-away PostgreSQL cluster on 127.0.0.1, open to whoever is there.

    `account` holds the arguments `user`, `group` and `extra_groups` of `subprocess.Popen`, where we are root.
    """

    product = "PostgreSQL"
    # SIGTERM would wait until all clients are gone, SIGINT for a checkpoint.
    stop_signal = signal.SIGQUIT

    def __init__(self, *, name: str, lair: Path, binaries: Path, account: dict[str, Any]) -> None:
        super().__init__(name=name, lair=lair)
        self.binaries = binaries
        self.account = account

    @property
    def admin_url(self) -> str:
        """How the superuser logs in."""
        return f"postgresql://{SUPERUSER}:{SUPERUSER}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Run initdb, and configure the cluster."""
        self.folder.mkdir(mode=0o700)
        if "user" in self.account:
            os.chown(self.folder, self.account["user"], self.account["group"])
        self._initdb()
        (self._data / "postgresql.auto.conf").write_text(_CONFIGURATION)

    def arguments(self, port: int) -> list[str | Path]:
        """`postgres` in the foreground."""
        return [self.binaries / "postgres", "-D", self._data, "-p", str(port)]

    def answers(self) -> bool:
        """The superuser can log in, and finds our data."""
        psycopg = import_driver()
        try:
            with psycopg.connect(self.admin_url, connect_timeout=2) as connection:
                (folder,) = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return Path(folder) == self._data

    def surroundings(self) -> dict[str, Any]:
        """As for every server, under the account."""
        return super().surroundings() | self.account

    def _initdb(self) -> None:
        options = [f"--pgdata={self._data}", f"--username={SUPERUSER}", "--auth=trust", "--no-sync"]
        done = subprocess.run(
            [self.binaries / "initdb", *options, "--encoding=UTF8", "--locale=C", *self._locale()],
            **self.surroundings(),
            capture_output=True,
            text=True,
            timeout=_INITDB_SECONDS,
            check=False,
        )
        if done.returncode:
            log = " ".join((done.stderr or done.stdout).split())
            raise ServerNotStarted(server=f"{self.product} {self.name}", log=log[-400:])

    def _locale(self) -> tuple[str, ...]:
        # With a provider of its own, PostgreSQL sorts and folds letters the same way on every machine.
        is_provided = int(version(self.binaries).partition(".")[0]) >= 17
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if is_provided else ()

    @property
    def _data(self) -> Path:
        return self.folder / "data"
