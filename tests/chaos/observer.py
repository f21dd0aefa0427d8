"""What does somebody see who belongs to neither side and never looks away?

A process of its own with one connection to each database. It reads the ownership rows all the time (one side, the
other, the first again: if that did not change, the other was read in between), looks for how long the gate is waited
for and held, and whether the closed side is a state that the open one really had.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.orders import Orders, end

ROOT = Path(__file__).parents[2]
_OWNERSHIP = "SELECT open, epoch FROM boundaries_facades_ownership WHERE context = 'stock'"
# Each transaction stores one operation and one entry, and what one bay gives another one gets.
_IS_CUT_CLEAN = """
SELECT (SELECT count(*) FROM stock_operation) = (SELECT coalesce(sum(cardinality(string_to_array(trim(history), ' '))), 0)
                                                 FROM stock_register WHERE history <> '')
   AND (SELECT coalesce(sum(balance), 0) FROM stock_bay) = 0
"""
_GATE = """
SELECT l.granted, coalesce(extract(epoch FROM clock_timestamp() - l.waitstart), 0) * 1000,
       extract(epoch FROM clock_timestamp() - a.xact_start) * 1000
FROM pg_locks l JOIN pg_stat_activity a USING (pid), (SELECT hashtextextended('boundaries gate stock', 0) AS key) k
WHERE l.locktype = 'advisory' AND l.mode = 'ExclusiveLock' AND (l.classid::bigint << 32 | l.objid::bigint) = k.key
"""


class Process:
    """The runner's handle on the observer."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.observer"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def watch(self, urls: dict[str, str], *, is_copied: bool) -> None:
        """Begin; `is_copied` says that both sides hold consistent rows already."""
        self._send(urls=urls, is_copied=is_copied)

    def stop(self) -> dict[str, Any]:
        """What was seen."""
        self._send(stop=True)
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """End it."""
        end(self.process)

    def _send(self, **words: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()


class Observer:
    """One cycle's look at both sides."""

    def __init__(self, urls: dict[str, str], *, is_copied: bool) -> None:
        self.urls, self.is_copied = urls, is_copied
        self.sessions: dict[str, psycopg.Connection[Any]] = {}
        self.epochs: dict[str, int] = {}
        self.seen: dict[str, Any] = {
            "looks": 0, "both_open": 0, "epochs_back": 0, "torn": 0, "cuts": 0, "gate_waited_ms": 0.0, "gate_held_ms": 0.0,
        }  # fmt: skip

    def look(self) -> None:
        """Once; a server that is away is no news."""
        try:
            left, right = self._session("monolith"), self._session("service")
            before = self._owner("monolith", left)
            between = self._owner("service", right)
            after = self._owner("monolith", left)
            self.seen["looks"] += 1
            if before and between and before == after and before[0] and between[0]:
                self.seen["both_open"] += 1
            if self.seen["looks"] % 3 == 0:
                for session in (left, right):
                    self._look_at_gate(session)
            if self.is_copied and self.seen["looks"] % 10 == 0:
                self._look_at_cut(right if before and before[0] else left)
        except psycopg.Error:
            self.close()
            time.sleep(0.05)

    def close(self) -> None:
        """Let go of both databases."""
        for session in self.sessions.values():
            with suppress(psycopg.Error):
                session.close()
        self.sessions = {}

    def _owner(self, side: str, session: psycopg.Connection[Any]) -> tuple[Any, ...] | None:
        row = session.execute(_OWNERSHIP).fetchone()
        if row is not None:
            self.seen["epochs_back"] += row[1] < self.epochs.get(side, 0)
            self.epochs[side] = row[1]
        return row

    def _look_at_gate(self, session: psycopg.Connection[Any]) -> None:
        for granted, waited, open_for in session.execute(_GATE):
            name = "gate_held_ms" if granted else "gate_waited_ms"
            self.seen[name] = max(self.seen[name], round(float(open_for if granted else waited), 1))

    def _look_at_cut(self, session: psycopg.Connection[Any]) -> None:
        row = session.execute(_IS_CUT_CLEAN).fetchone()
        self.seen["cuts"] += 1
        self.seen["torn"] += not (row and row[0])

    def _session(self, side: str) -> psycopg.Connection[Any]:
        if side not in self.sessions:
            self.sessions[side] = psycopg.connect(
                self.urls[side], autocommit=True, connect_timeout=3, application_name="observer"
            )
        return self.sessions[side]


def main() -> None:
    """Obey standard input until it ends."""
    orders = Orders()
    observer: Observer | None = None
    while not orders.is_over:
        words = orders.next(seconds=0.003 if observer else None)
        if words is None:
            if observer:
                observer.look()
        elif observer and words.get("stop"):
            print(json.dumps(observer.seen), flush=True)
            observer.close()
            observer = None
        else:
            observer = Observer(words["urls"], is_copied=words["is_copied"])


if __name__ == "__main__":
    main()
