"""How do writers come to both sides through PgBouncer in transaction mode?"""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from boundaries.testing.port import free_port

if TYPE_CHECKING:
    from tests.chaos.stand import Stand

BINARY = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


class Pooler:
    """One PgBouncer for both sides.

    :raises FileNotFoundError: when it is not installed (Debian: pgbouncer).
    """

    def __init__(self, stand: Stand) -> None:
        self.port = free_port()
        folder = stand.folder / "pooler"
        folder.mkdir()
        folder.chmod(0o755)
        (folder / "pgbouncer.ini").write_text(self._configuration(stand))
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, str(folder / "pgbouncer.ini")], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                **stand.clusters["monolith"].account,
            )  # fmt: skip
        self._wait(folder)

    def url(self, side: str) -> str:
        """The way in, for any name and password."""
        return f"postgresql://anybody:any@127.0.0.1:{self.port}/{side}"

    def close(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def _configuration(self, stand: Stand) -> str:
        lines = ["[databases]"]
        for side in ("monolith", "service"):
            url = urlsplit(stand.app_url(side))
            lines.append(
                f"{side} = host={url.hostname} port={url.port} dbname={url.path.lstrip('/')} user={url.username} password={url.password}"
            )
        lines += [
            "[pgbouncer]", "listen_addr = 127.0.0.1", f"listen_port = {self.port}", "auth_type = any", "pool_mode = transaction",
            "default_pool_size = 3", "server_login_retry = 0.1", "ignore_startup_parameters = extra_float_digits", "unix_socket_dir =",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def _wait(self, folder: object) -> None:
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(self.url("monolith"), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, f"PgBouncer does not answer; see {folder}/log"
                time.sleep(0.05)
            else:
                return
