"""How does a supervisor learn that the follower still goes round, and is not only there?"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

INTERVAL_SECONDS = 1.0


class Heartbeat:
    """Tells systemd (`Type=notify`, by the variable NOTIFY_SOCKET), and touches a file for probes, where there is one.

    A beat is given between two rounds only: a follower that waits for a database that never answers gives none.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._socket = os.environ.get("NOTIFY_SOCKET", "")
        self._at = 0.0

    def beat(self) -> None:
        """Say once a second at most that a round is done; the first beat says that it is ready."""
        now = time.monotonic()
        if now - self._at < INTERVAL_SECONDS:
            return
        self._say("WATCHDOG=1" if self._at else "READY=1")
        self._at = now
        if self._file is not None:
            self._file.touch()

    def stop(self) -> None:
        """Say that it ends because it was asked to."""
        self._say("STOPPING=1")
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _say(self, state: str) -> None:
        if not self._socket:
            return
        # A name that begins with @ is not in the file system.
        address = f"\0{self._socket[1:]}" if self._socket.startswith("@") else self._socket
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.connect(address)
            sender.sendall(state.encode())
