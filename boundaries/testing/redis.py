"""What is particular about Redis?"""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from boundaries.testing.server import Server

_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")


class Redis(Server):
    """One throw-away Redis on 127.0.0.1 that keeps nothing on disk: it is empty again after `kill()`."""

    product = "Redis"
    stop_signal = signal.SIGTERM

    def __init__(self, *, lair: Path, binary: Path) -> None:
        super().__init__(name="redis", lair=lair)
        self.binary = binary

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def create(self) -> None:
        """Make its folder."""
        self.folder.mkdir(mode=0o700)

    def arguments(self, port: int) -> list[str | Path]:
        """`redis-server` in the foreground."""
        return [self.binary, *_OPTIONS, "--port", str(port), "--dir", self.folder]

    def answers(self) -> bool:
        """It replies, and works in our folder."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"CONFIG GET dir\r\n")
                return str(self.folder).encode() in connection.recv(4096)
        except OSError:
            return False
