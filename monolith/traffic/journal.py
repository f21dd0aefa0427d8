"""What was asked, and what was the answer? The driver's journal: one JSON object per line.

    {"line": "start", "at": wall, "rate": rps, "seed": n, "pid": n}
    {"line": "request", "journey": "pay", "name": "book", "write": true,
     "due": wall, "sent": wall | null, "ended": wall, "mono": monotonic clock at `due`,
     "latency_ms": ended - due, "wire_ms": ended - sent,
     "status": 201 | null, "code": null, "documented": true, "failed": false,
     "failure": null | "5xx" | "timeout" | "connection" | "undocumented",
     "acknowledged": true, "unknown": false, "key": idempotency key | null, "told": {...} | null}
    {"line": "end", "at": wall, "requests": n, "failed": n}

`acknowledged`: a write whose success was announced; `told` says what exactly. `unknown`: a write that may or
may not have happened (cut, timed out, 5xx). `stale`: a read that was behind what its reader had been told;
after a few seconds that is undocumented. `wall` is seconds since the epoch.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FLUSH_SECONDS = 1.0


class Journal:
    """Appends lines to the file `path` from a thread of its own, flushed every second.

    Closing it writes what is left. A kill loses at most the last second.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._lines: deque[dict[str, Any]] = deque()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, line: dict[str, Any]) -> None:
        """Take a line; never waits for the disk."""
        self._lines.append(line)

    def close(self) -> None:
        """Write everything that was added, and end."""
        self._closing.set()
        self._thread.join()
        self._file.close()

    def _write(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._closing.wait(FLUSH_SECONDS)
            while self._lines:
                self._file.write(json.dumps(self._lines.popleft(), separators=(",", ":")) + "\n")
            self._file.flush()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal, in the order they were written; a last line cut by a kill is left out."""
    with path.open(encoding="utf-8") as file:
        for text in file:
            if text.endswith("\n"):
                yield json.loads(text)
