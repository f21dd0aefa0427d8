"""Who is at work in one cycle: writers, observer, follower and the commands of the mover."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.chaos import observer, writer
from tests.chaos.mover import Command
from tests.chaos.plan import Cycle
from tests.chaos.stand import CONTEXT, SIDES, Stand

LIVELY_SECONDS = 30.0


class Troupe:
    """The processes that serve cycle after cycle."""

    def __init__(self) -> None:
        self.writers: list[writer.Process] = []
        self.observer = observer.Process()

    def take(self, count: int) -> list[writer.Process]:
        """That many writers that are free."""
        while len(self.writers) < count:
            self.writers.append(writer.Process())
        return self.writers[:count]

    def renew(self) -> None:
        """End all of them; the next cycle begins with new ones."""
        self.dismiss()
        self.observer = observer.Process()

    def dismiss(self) -> None:
        """End all of them."""
        for process in self.writers:
            process.kill()
        self.observer.kill()
        self.writers = []


class Crew:
    """The same processes while they work on one cycle."""

    def __init__(self, stand: Stand, troupe: Troupe, cycle: Cycle, folder: Path) -> None:
        self.stand, self.troupe, self.cycle, self.folder = stand, troupe, cycle, folder
        # What this machine cannot do is not counted as done, and red in the report.
        self.fault = "kill" if cycle.fault in stand.lacks() else cycle.fault
        self.mover = stand.clocked if self.fault == "clock_jump" else stand.mover
        self.writers: list[writer.Process] = []
        self.commands: list[Command] = []
        self.follower: Command | None = None
        self.counts: dict[str, int] = {}
        self.states: dict[str, int] = {}
        self.slowest_ms = 0.0
        self.held_in = folder
        self._names = 0
        self._read_to: dict[Path, int] = {}
        self._acknowledged = 0

    @property
    def journals(self) -> list[Path]:
        """Each writer's journal."""
        return sorted(self.folder.glob("*.journal"))

    def start_writers(self, side: str) -> None:
        """Let every writer of the cycle begin at that side."""
        for process, kind in zip(self.troupe.take(len(self.cycle.writers)), self.cycle.writers, strict=True):
            self._start_writer(process, kind, side)

    def watch(self) -> None:
        """Let the observer begin."""
        urls = {side: self.stand.databases[side].superuser_url for side in SIDES}
        self.troupe.observer.watch(urls, is_copied=self.cycle.script.name != "copy")

    def start(self, *words: str, point: str = "", is_cold: bool = False) -> Command:
        """Start `boundaries WORDS`; with a point, it is held there."""
        env = {}
        if point:
            self.held_in = Path(tempfile.mkdtemp(dir=self.folder))
            env = {"BOUNDARIES_FAULT": f"{point}:hold", "BOUNDARIES_FAULT_DIR": str(self.held_in)}
        command = self.mover.start(*words, is_cold=is_cold and self.fault != "clock_jump", **env)
        self.commands.append(command)
        return command

    def start_follower(self, point: str = "") -> Command:
        """`boundaries follow`."""
        self.follower = self.start("follow", point=point)
        return self.follower

    def stop_follower(self) -> int:
        """End it politely; its exit code."""
        assert self.follower is not None
        self.follower.send(signal.SIGTERM)
        code = self.follower.wait()
        self.follower = None
        return code

    def kill_a_writer(self) -> None:
        """SIGKILL one, and let another process take its kind under another name."""
        index = self.cycle.entropy.randrange(len(self.writers))
        victim = self.writers[index]
        victim.kill()
        self.troupe.writers.remove(victim)
        process = writer.Process()
        self.troupe.writers.append(process)
        self.writers.remove(victim)
        self._start_writer(process, self.cycle.writers[index], "monolith")

    def acknowledged(self) -> int:
        """How many operations were acknowledged so far."""
        for path in self.journals:
            with path.open() as journal:
                journal.seek(self._read_to.get(path, 0))
                text = journal.read()
            whole = text.rpartition("\n")[0]
            self._read_to[path] = self._read_to.get(path, 0) + len(whole.encode()) + bool(whole)
            self._acknowledged += whole.count('"end": "acked"')
        return self._acknowledged

    def wait_for_writes(self, count: int = 5) -> float:
        """Until some more operations were acknowledged; the seconds that it took.

        :raises TimeoutError: when nobody accepts anything.
        """
        began, needed = time.monotonic(), self.acknowledged() + count
        self.wait(lambda: self.acknowledged() >= needed, what="writers to be served", seconds=LIVELY_SECONDS)
        return time.monotonic() - began

    def stop_writers(self) -> None:
        """Let each finish its operation, and add up what they met."""
        for process in self.writers:
            told = process.stop()
            for total, part in ((self.counts, told["counts"]), (self.states, told["states"])):
                for name, count in part.items():
                    total[name] = total.get(name, 0) + count
            self.slowest_ms = max(self.slowest_ms, told["slowest_ms"])

    def clear(self) -> None:
        """After a cycle, however it went: end what still runs."""
        for command in self.commands:
            command.send(signal.SIGCONT)
            command.send(signal.SIGKILL)
        for command in self.commands:
            with suppress(TimeoutError):
                command.wait(5)
        for side in SIDES:
            for kind in ("mover", "app"):
                self.stand.proxy.heal(f"{kind}_{side}")

    @staticmethod
    def wait(fact: Callable[[], Any], *, what: str, seconds: float = 30.0) -> None:
        """Until it is true.

        :raises TimeoutError: saying what was waited for.
        """
        deadline = time.monotonic() + seconds
        while not fact():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s for {what}")
            time.sleep(0.01)

    def _start_writer(self, process: writer.Process, kind: str, side: str) -> None:
        self._names += 1
        name = f"w{self._names}"
        urls = {
            each: self.stand.pooled_url(each)
            if self.fault == "pgbouncer"
            else self.stand.app_url(each, link=self.fault == "cut_at_commit")
            for each in SIDES
        }
        process.run(
            name=name, kind=kind, seed=f"{self.cycle.seed} {self.cycle.number}", urls=urls, side=side,
            journal=str(self.folder / f"{name}.journal"), is_pooled=self.fault == "pgbouncer",
        )  # fmt: skip
        self.writers.append(process)


def words_of(step: str) -> tuple[str, ...]:
    """The command line of a step."""
    confirmed = (f"--yes={CONTEXT}",) if step in {"switch-writes", "rollback", "abort"} else ()
    return ("extract", CONTEXT, step, *confirmed, "--json")
