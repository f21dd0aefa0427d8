"""What does somebody see who watches a rehearsal?"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_TICK_SECONDS = 0.5


class Narrator:
    """Prints a line when something is done; on a terminal also what goes on right now, with the load's figures."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self.status_file: Path | None = None

    def say(self, text: str) -> None:
        """Print one finished line with the time since the start."""
        with self._lock:
            self._clear()
            print(f"{self._clock()}  {text}", file=self._out, flush=True)

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Say what goes on for the length of a block, on a terminal only."""
        if not self._out.isatty():
            yield
            return
        stop = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(what, stop), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            stop.set()
            ticker.join()
            with self._lock:
                self._clear()

    def _tick(self, what: str, stop: threading.Event) -> None:
        while not stop.is_set():
            with self._lock:
                self._clear()
                print(
                    f"{self._clock()}  {what} … {self._traffic()}"[:118], end="", file=self._out, flush=True
                )
            stop.wait(_TICK_SECONDS)

    def _traffic(self) -> str:
        figures = self._status()
        if not figures:
            return ""
        return (
            f"[{figures.get('rps', 0):.0f} requests/s, p99 {figures.get('p99_ms') or 0:.0f} ms, "
            f"{figures.get('failed', 0)} failed]"
        )

    def _status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.status_file.read_text()) if self.status_file else {}
        except (OSError, ValueError):
            return {}
        return found

    def _clear(self) -> None:
        if self._out.isatty():
            print("\r\x1b[2K", end="", file=self._out)

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"{minutes}:{seconds:02d}"
