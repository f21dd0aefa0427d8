"""How does one come to databases through PgBouncer in transaction mode?"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from boundaries.testing.port import free_port

BINARY = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


class Pooler:
    """One PgBouncer, with a way in for each name, and the login that it stands for; it runs as `account`.

    :raises FileNotFoundError: when it is not installed (Debian: pgbouncer).
    """

    def __init__(self, urls: Mapping[str, str], *, folder: Path, account: Mapping[str, Any]) -> None:
        self.port, self.names = free_port(), list(urls)
        folder.mkdir()
        folder.chmod(0o755)
        (folder / "pgbouncer.ini").write_text(self._configuration(urls))
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, str(folder / "pgbouncer.ini")], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                **account,
            )  # fmt: skip
        self._wait(folder)

    def url(self, name: str) -> str:
        """The way in, for any user and password."""
        return f"postgresql://anybody:any@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def _configuration(self, urls: Mapping[str, str]) -> str:
        lines = ["[databases]"]
        for name, login in urls.items():
            url = urlsplit(login)
            lines.append(
                f"{name} = host={url.hostname} port={url.port} dbname={url.path.lstrip('/')} user={url.username} password={url.password}"
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
                psycopg.connect(self.url(self.names[0]), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, f"PgBouncer does not answer; see {folder}/log"
                time.sleep(0.05)
            else:
                return
