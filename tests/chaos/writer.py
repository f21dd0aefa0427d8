"""Who writes while things break, and what were they told?

One process per writer. It logs in as the application's role, knows nothing of the kit but the refusal's SQLSTATE, and
tries the other side on it. It keeps a journal of its own: before a COMMIT it writes down what the transaction has
done, after it what it was told. A transaction whose answer was lost is "unknown", and the writer starts with new keys,
so that nothing later hangs on it.

Standard input: {"do": "run", "kind", "name", "seed", "urls", "side", "journal"}, {"do": "stop"}, {"do": "probe",
"side"}. Each is answered with one line.
"""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.operation import KINDS, World
from tests.chaos.orders import Orders, end

ROOT = Path(__file__).parents[2]
MOVED = "MG001"
PAUSE_SECONDS = 0.015
_OTHER = {"monolith": "service", "service": "monolith"}
# What a server says when it goes away, rather than about the statement.
_GONE = ("57P01", "57P02", "57P03", "08")


class Process:
    """The runner's handle on a writer; the process is used for many cycles."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.writer"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self.name = ""

    def run(self, *, name: str, kind: str, **words: Any) -> None:
        """Begin to write as `name`."""
        self.name = name
        self._send(do="run", name=name, kind=kind, **words)

    def stop(self) -> dict[str, Any]:
        """Finish the operation under way; counters of what happened."""
        self._send(do="stop")
        return self._answer()

    def probe(self, side: str) -> str:
        """One operation of its kind at that side: the SQLSTATE that it met, or "accepted"."""
        self._send(do="probe", side=side)
        return str(self._answer()["met"])

    def kill(self) -> None:
        """SIGKILL."""
        end(self.process)

    def _send(self, **words: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], 90)
        if not ready:
            raise TimeoutError(f"the writer {self.name} does not answer")
        line = self.process.stdout.readline()
        assert line, f"the writer {self.name} has ended"
        return json.loads(line)


class Writer:
    """One run of a writer: from "run" to "stop"."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.name, self.kind, self.urls, self.side = (
            words["name"],
            words["kind"],
            words["urls"],
            words["side"],
        )
        self.entropy = random.Random(f"{words['seed']} {self.name}")
        self.is_pooled = bool(words.get("is_pooled"))
        self.world = World(self.name, self.entropy)
        self.sessions: dict[str, psycopg.Connection[Any]] = {}
        self.journal = Path(words["journal"]).open("a", buffering=1)  # noqa: SIM115  (for the length of the run)
        self.number = 0
        self.refused_at = ""
        self.counts: dict[str, int] = {}
        self.slowest_ms = 0.0
        self.states: dict[str, int] = {}

    def step(self) -> None:
        """One operation, wherever it is accepted."""
        self.number += 1
        outcome = self.attempt(self.side)
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if outcome == "refused":
            self.side = _OTHER[self.side]
        # Slower and slower, so that a cycle that takes long on a busy machine does not drown in its own rows.
        time.sleep(PAUSE_SECONDS * (1 + self.counts.get("acked", 0) / 50))

    def attempt(self, side: str) -> str:
        """Try one operation at one side: "acked", "refused", "failed" or "unknown"."""
        is_committing = False
        kind = KINDS[self.kind]
        started = time.monotonic()
        try:
            session = self._session(side)
            work = kind.work(self.world, self.number)
            session.execute(f"BEGIN ISOLATION LEVEL {kind.isolation}")
            effects = work(session)
            self._write(
                n=self.number, name=effects.name, kind=self.kind, side=side, effects=effects.rows,
                register=effects.register, ids=effects.ids, is_done=effects.is_repeat,
            )  # fmt: skip
            is_committing = True
            done = session.execute("COMMIT")
            if done.statusmessage != "COMMIT":
                self._write(n=self.number, end="failed")
                return "failed"
        except psycopg.Error as error:
            return self._failed(side, error, is_committing=is_committing)
        self._write(n=self.number, end="acked", at=time.time())
        self.slowest_ms = max(self.slowest_ms, (time.monotonic() - started) * 1000 - effects.held_ms)
        self.world.accept(effects)
        return "acked"

    def close(self) -> dict[str, Any]:
        """Let go of everything; what happened."""
        for side in list(self.sessions):
            self._drop(side)
        self.journal.close()
        return {
            "counts": self.counts,
            "slowest_ms": round(self.slowest_ms, 1),
            "states": self.states,
            "side": self.side,
        }

    def _failed(self, side: str, error: psycopg.Error, *, is_committing: bool) -> str:
        state = error.sqlstate or ""
        self.states[state or type(error).__name__] = self.states.get(state or type(error).__name__, 0) + 1
        if state == MOVED:
            self._rollback(side)
            if is_committing:
                self._write(n=self.number, end="failed")
            return "refused"
        is_gone = not state or state.startswith(_GONE)
        if is_committing:
            self._write(n=self.number, end="unknown" if is_gone else "failed")
        if is_gone:
            self._drop(side)
        else:
            self._rollback(side)
        if is_committing and is_gone:
            self.world.begin_anew()
            return "unknown"
        return "failed"

    def _session(self, side: str) -> psycopg.Connection[Any]:
        session = self.sessions.get(side)
        if session is None or session.closed:
            session = psycopg.connect(
                self.urls[side], autocommit=True, connect_timeout=3, application_name=self.name,
                prepare_threshold=0 if self.kind == "raw" and not self.is_pooled else None,
            )  # fmt: skip
            self.sessions[side] = session
        return session

    def _rollback(self, side: str) -> None:
        try:
            self.sessions[side].execute("ROLLBACK")
        except (psycopg.Error, KeyError):
            self._drop(side)

    def _drop(self, side: str) -> None:
        session = self.sessions.pop(side, None)
        if session is not None:
            with suppress(psycopg.Error):
                session.close()

    def _write(self, **words: Any) -> None:
        self.journal.write(json.dumps(words) + "\n")


def _probe(writer: Writer, side: str) -> str:
    """What one operation meets at a side that should be closed."""
    before = dict(writer.states)
    for _ in range(20):
        writer.number += 1
        outcome = writer.attempt(side)
        if outcome == "acked":
            return "accepted"
        met = [state for state, count in writer.states.items() if count != before.get(state, 0)]
        if met and met[-1] in {MOVED, "40001"}:
            return met[-1]
        time.sleep(0.02)
    return "no answer"


def main() -> None:
    """Obey standard input until it ends."""
    orders = Orders()
    writer: Writer | None = None
    last: Writer | None = None
    while not orders.is_over:
        words = orders.next(seconds=0 if writer else None)
        if words is None:
            if writer:
                writer.step()
        elif words["do"] == "run":
            writer = last = Writer(words)
        elif words["do"] == "stop":
            assert writer is not None
            print(json.dumps(writer.close()), flush=True)
            writer = None
        else:
            assert last is not None
            last.journal = Path("/dev/null").open("a")  # noqa: SIM115
            print(json.dumps({"met": _probe(last, words["side"])}), flush=True)
            last.close()


if __name__ == "__main__":
    main()
