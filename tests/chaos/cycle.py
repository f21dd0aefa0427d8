"""How does one cycle go: fresh databases, traffic, a fault at a point, the same commands again, and the reckoning?"""

from __future__ import annotations

import shutil
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos import invariant
from tests.chaos.crew import Crew, Troupe, words_of
from tests.chaos.fault import FAULTS, Scene
from tests.chaos.mover import Command
from tests.chaos.plan import Act, Cycle
from tests.chaos.stand import CONTEXT, SIDES, Stand

FINISH_SECONDS = 60.0
_OWNER_AFTER = {"switch-writes": "service", "rollback": "monolith"}
_QUIET_LOOKS = 4


@dataclass
class Outcome:
    """What one cycle has shown."""

    cycle: Cycle
    points: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    invariants: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def broken(self) -> dict[str, str]:
        """The invariants that did not hold, with what was seen."""
        return {name: said for name, said in self.invariants.items() if said}


def run(cycle: Cycle, stand: Stand, troupe: Troupe, *, keep: Path, following: str = "") -> Outcome:
    """One cycle; `following` is the station of the next one. What broke is kept below `keep`."""
    began = time.monotonic()
    outcome = Outcome(cycle)
    folder = stand.folder / f"cycle-{cycle.seed}-{cycle.number}"
    folder.mkdir()
    stand.enter(cycle.script.station)
    if following:
        stand.prepare(following)
    crew = Crew(stand, troupe, cycle, folder)
    play = Play(stand, crew, outcome)
    try:
        play.perform()
    except Exception as error:  # noqa: BLE001  (a cycle that cannot be ended is a finding like any other)
        outcome.invariants["I15"] = f"{type(error).__name__}: {error}"
        (folder / "traceback").write_text(traceback.format_exc())
        outcome.invariants |= play.observed()
        troupe.renew()
    finally:
        crew.clear()
        outcome.seconds = round(time.monotonic() - began, 2)
        if outcome.broken:
            _keep(crew, folder, keep / folder.name)
        shutil.rmtree(folder)
    return outcome


class Play:
    """The acts of one cycle, and the reckoning at its end."""

    def __init__(self, stand: Stand, crew: Crew, outcome: Outcome) -> None:
        self.stand, self.crew, self.outcome, self.cycle = stand, crew, outcome, outcome.cycle
        self.owner = "service" if self.cycle.script.station == "switched" else "monolith"

    def perform(self) -> None:
        """All of it."""
        self._set_the_scene()
        for number, act in enumerate(self.cycle.script.acts):
            fault = self.crew.fault if number == 0 or self.crew.fault == "pgbouncer" else "kill"
            self._act(act, fault, number)
            self.outcome.figures["served_after_ms"] = max(
                self.outcome.figures.get("served_after_ms", 0), round(self.crew.wait_for_writes() * 1000)
            )
        self._reckon()

    def observed(self) -> dict[str, str]:
        """What was seen until the cycle could not go on."""
        try:
            seen = self.crew.troupe.observer.stop()
        except (OSError, ValueError):
            return {}
        return invariant.Reckoning(
            self.stand, self.crew, self.outcome.figures, self.owner, seen
        ).of_observer()

    def _set_the_scene(self) -> None:
        name = self.cycle.script.name
        if self.crew.fault == "disk_full":
            self.stand.put_log_on_small_disk(self.owner)
        if self.crew.fault == "clock_jump":
            self.stand.set_clock(0)
        self.crew.watch()
        self.crew.start_writers(self.owner)
        if name not in {"copy", "follow", "recover"}:
            self.crew.start_follower()
            self.stand.wait_for_follower()
        self.crew.wait_for_writes(8)
        if name == "recover":
            self._cut_off_a_switch()

    def _cut_off_a_switch(self) -> None:
        """Nobody owns the writes, and no follower runs that would see to it."""
        import signal

        self.crew.start_follower()
        self.stand.wait_for_follower()
        switch = self.crew.start(*words_of("switch-writes"), point="switch.closed")
        self._wait_for_point(switch, "switch.closed")
        assert self.crew.follower is not None
        self.crew.follower.send(signal.SIGKILL)
        self.crew.follower.wait()
        switch.send(signal.SIGKILL)
        switch.wait()
        self.crew.follower = None
        self.owner = "service"

    def _act(self, act: Act, fault: str, number: int) -> None:
        if act.step == "follow":
            if self.crew.follower is not None:
                self.crew.stop_follower()
            command = self.crew.start_follower(act.point)
        else:
            if act.step == "verify" and self.crew.follower is None:
                self.crew.start_follower()
            self._wait_for_follower()
            command = self.crew.start(
                *words_of(act.step), point=act.point, is_cold=self.cycle.is_cold and number == 0
            )
        if not self._wait_for_point(command, act.point):
            self.outcome.notes.append(f"{act.name} was not reached: {command.printed()[-300:]}")
            self._finish(act, [command])
            return
        self.outcome.points.append(act.name)
        scene = Scene(self.stand, self.crew, command, self.crew.held_in / f"{act.point}.go")
        if FAULTS[fault](scene):
            self.outcome.faults.append(fault)
        else:
            self.outcome.notes.append(f"{fault} did not strike at {act.name}")
        self._finish(act, [command, *scene.others])

    def _wait_for_point(self, command: Command, point: str) -> bool:
        hit = self.crew.held_in / f"{point}.hit"
        with suppress(TimeoutError):
            self.crew.wait(lambda: hit.exists() or command.is_over(), what=point, seconds=40)
        return hit.exists()

    def _finish(self, act: Act, commands: list[Command]) -> None:
        """Run the same command again until it has succeeded once."""
        if act.step == "follow":
            self._finish_following(commands)
            return
        deadline = time.monotonic() + FINISH_SECONDS
        for command in commands:
            command.wait()
        if act.step == "recover" and self.crew.follower is None:
            self.crew.start_follower()
        while not any(command.code == 0 for command in commands):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{act.step} does not succeed: {commands[-1].printed()[-600:]}")
            self._see_to_the_follower()
            commands.append(self.crew.start(*words_of(act.step)))
            commands[-1].wait()
            if commands[-1].code:
                time.sleep(0.1)
        self.owner = _OWNER_AFTER.get(act.step, self.owner)
        if act.step == "replicate":
            self.crew.start_follower()

    def _finish_following(self, commands: list[Command]) -> None:
        """A follower goes on by itself, whatever happened to its databases; a killed one is started again."""
        living = [command for command in commands if not command.is_over()]
        for command in living[1:]:
            command.send_and_wait()
        self.crew.follower = living[0] if living else self.crew.start_follower()

    def _wait_for_follower(self) -> None:
        """An operator looks first whether it is well; so do the gates."""
        if self.crew.follower is not None:
            self._see_to_the_follower()
            self.stand.wait_for_follower()

    def _see_to_the_follower(self) -> None:
        """What a supervisor does."""
        follower = self.crew.follower
        if follower is not None and follower.is_over():
            self.crew.start_follower()

    def _reckon(self) -> None:
        """Let the traffic end, and hold everything against what was promised."""
        self.crew.stop_writers()
        name = self.cycle.script.name
        if name != "abort":
            self._see_to_the_follower()
            self._wait_until_quiet()
        seen = self.crew.troupe.observer.stop()
        reckoning = invariant.Reckoning(self.stand, self.crew, self.outcome.figures, self.owner, seen)
        self.outcome.invariants |= reckoning.of_books()
        self.outcome.invariants |= reckoning.of_observer()
        self.outcome.invariants |= reckoning.of_closed_side()
        self.outcome.invariants |= reckoning.of_repetition(self.cycle.script.acts[-1].step)
        if name == "abort":
            self.outcome.invariants |= reckoning.of_removal()
        else:
            self.outcome.invariants |= reckoning.of_sides()
            self.outcome.invariants |= reckoning.of_verify(is_corrupted=self.cycle.is_corrupted)
        code = self.crew.stop_follower() if self.crew.follower else 0
        if code:
            self.outcome.invariants["I15"] = f"the follower ended with {code}"
        self.outcome.invariants.setdefault("I15", "")

    def _wait_until_quiet(self) -> None:
        """Both logs are empty, and stay so for a while."""
        looks = 0

        def is_quiet() -> bool:
            nonlocal looks
            try:
                empty = all(self._log_is_empty(side) for side in SIDES)
            except psycopg.Error:
                empty = False
            looks = looks + 1 if empty else 0
            time.sleep(0.02)
            return looks >= _QUIET_LOOKS

        with suppress(TimeoutError):  # the reckoning says what waits, and where
            self.crew.wait(is_quiet, what="both logs to be empty", seconds=12)

    def _log_is_empty(self, side: str) -> bool:
        with self.stand.superuser(side) as session:
            row = session.execute(f"SELECT NOT EXISTS (SELECT 1 FROM boundaries_log_{CONTEXT})").fetchone()
        return bool(row and row[0]) and not self.stand.is_marked(side)


def _keep(crew: Crew, folder: Path, to: Path) -> None:
    """What is needed to understand a red cycle: journals, outputs of the commands."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    for command in crew.commands:
        if command.log.exists():
            shutil.copy(command.log, to)


def describe(outcome: Outcome) -> dict[str, Any]:
    """A red cycle, for the report."""
    return {"cycle": str(outcome.cycle), "broken": outcome.broken, "notes": outcome.notes}
