"""How does a process hear what it is told on standard input while it is busy with something else?"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from typing import Any


class Orders:
    """One JSON object a line; lines that come together are not lost in a buffer that `select` cannot see."""

    def __init__(self) -> None:
        self._read = b""
        self.is_over = False

    def next(self, *, seconds: float | None) -> dict[str, Any] | None:
        """The next one, or None when none came in time; without a time it waits, until the input ends."""
        while b"\n" not in self._read:
            if not select.select([0], [], [], seconds)[0]:
                return None
            block = os.read(0, 1 << 16)
            if not block:
                self.is_over = True
                return None
            self._read += block
        line, _, self._read = self._read.partition(b"\n")
        return json.loads(line)


def end(process: subprocess.Popen[str]) -> None:
    """SIGKILL a process that takes orders, and close both pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
