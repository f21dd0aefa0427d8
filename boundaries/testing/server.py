"""How does one server start, how do we know that it answers, and how does it end?"""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from boundaries.errors import BoundaryError
from boundaries.testing import watchdog
from boundaries.testing.port import free_port

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.02
_PORT_ATTEMPTS = 5


class ServerNotStarted(BoundaryError):
    """Raised when a server ended, or did not answer in time, while it was being started."""

    code = "BD703"
    problem = "{server} did not start: {log}"
    remedy = "Too little memory, shared memory or disk space below the temporary folder is the usual cause."


class Server(ABC):
    """A child of this process that listens on one port of 127.0.0.1 and lives in a folder of the lair."""

    product: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, *, name: str, lair: Path) -> None:
        self.name = name
        self.lair = lair
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Its current directory, with its data."""
        return self.lair / self.name

    @property
    def is_running(self) -> bool:
        """The server's main process has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Run the server on a free port, and return when it answers.

        May be called again after `kill()` or `stop()`: then with the same folder, on the same port.

        :raises ServerNotStarted: with the end of its log.
        """
        if self.port:
            self._launch(self.port)
            return
        self.create()
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                self._launch(free_port())
            except ServerNotStarted:
                if attempt == _PORT_ATTEMPTS or "Address already in use" not in self._log():
                    raise
            else:
                return

    def stop(self) -> None:
        """End the server at once: its data is about to be thrown away."""
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL the server and its own children, as a crash of the machine would; its data stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            watchdog.kill_inhabitants(self.folder)

    def log_tail(self, lines: int = 3) -> str:
        """The end of the server's log, on one line."""
        return " | ".join(self._log().strip().splitlines()[-lines:]) or "its log is empty."

    @abstractmethod
    def create(self) -> None:
        """Make the folder and what must be in it before the first start."""

    @abstractmethod
    def arguments(self, port: int) -> list[str | Path]:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """This very server, not another one that took the port in between, can be used."""

    def surroundings(self) -> dict[str, Any]:
        """Current directory, environment and account of its process."""
        return {"cwd": self.folder, "env": {"LC_ALL": "C", "TZ": "UTC"}}

    def _launch(self, port: int) -> None:
        with self._log_file().open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments(port),
                **self.surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        watchdog.enlist(self.lair, self.process.pid)
        self.port = port
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(_POLL_SECONDS)
        self.stop()
        raise ServerNotStarted(server=f"{self.product} {self.name}", log=self.log_tail())

    def _log_file(self) -> Path:
        return self.lair / f"{self.name}.log"

    def _log(self) -> str:
        return self._log_file().read_text(errors="replace") if self._log_file().exists() else ""
