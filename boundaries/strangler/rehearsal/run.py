"""How does a whole extraction go, under traffic, on a throw-away copy?

Seed once; measure on one copy what all-local and all-remote can do; then take the whole journey on another copy, with
open-loop traffic from before the first step until after the last; audit; report; leave nothing behind.
"""

from __future__ import annotations

import json
import os
import platform
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from boundaries.cli import DONE, FOUND, print_json
from boundaries.contexts.map import Context, ContextMap, current_map
from boundaries.errors import BoundaryError
from boundaries.strangler.rehearsal.configuration import Configuration, read_configuration
from boundaries.strangler.rehearsal.copy import copy_tree, tag_as_cache
from boundaries.strangler.rehearsal.departure import take_out
from boundaries.strangler.rehearsal.journal import Journal, read_journal
from boundaries.strangler.rehearsal.measurement import (
    Audit,
    Backfill,
    Departure,
    Load,
    Measurements,
    Shadow,
    StepTaken,
    Switch,
    Verification,
)
from boundaries.strangler.rehearsal.narrator import Narrator
from boundaries.strangler.rehearsal.process import Running, Stage
from boundaries.strangler.rehearsal.report import write_report
from boundaries.strangler.rehearsal.source import prepare_source
from boundaries.strangler.rehearsal.stand import Stand, StepEnded

SHARE_OF_CAPACITY = 0.61
CAPACITY_SECONDS = 10
CALM_SECONDS = 13.0
SETTLE_SECONDS = 3.0
SHADOW_WAIT_SECONDS = 300.0


class NotMeasured(BoundaryError):
    """Raised when a command of the project did not print what the map's documentation asks for."""

    code = "BD566"
    problem = "{command} did not answer as documented: {reason}."
    remedy = "boundaries/strangler/rehearsal/configuration.py documents what each command prints."


def rehearse(context: str, *, bookings: int, seed: int, as_json: bool) -> int:
    """Rehearse the extraction of one context and write the report; exit code 0 only when all of it is good."""
    context_map = current_map()
    declared = context_map.context(context)
    configuration = read_configuration(context_map, declared)
    folder = context_map.path.parent / "var" / "rehearsal"
    rehearsal = Rehearsal(context_map, declared, configuration, folder, seed)
    narrator = rehearsal.narrator
    with narrator.doing("preparing database and code"):
        tag_as_cache(folder)
        copy_tree(context_map.path.parent, rehearsal.tree)
        rows = prepare_source(configuration, rehearsal.tree, bookings=bookings, seed=seed)
    narrator.say(f"database seeded and code copied ({rows})")
    measured = rehearsal.measure()
    report = write_report(folder, measured)
    if as_json:
        print_json(report)
    else:
        _summarise(report, folder)
    return DONE if report["ok"] else FOUND


class Rehearsal:
    """One rehearsal: what it works on, and what it has measured so far."""

    def __init__(
        self, context_map: ContextMap, context: Context, configuration: Configuration, folder: Path, seed: int
    ) -> None:
        self.map, self.context, self.configuration, self.folder, self.seed = (
            context_map,
            context,
            configuration,
            folder,
            seed,
        )
        self.tree = folder / "tree"
        self.narrator = Narrator()
        self.steps: list[StepTaken] = []
        self.switches: list[Switch] = []
        self.figures: dict[str, list[dict[str, Any]]] = {}
        self.departure: Departure | None = None

    def measure(self) -> Measurements:
        """Capacity, journey, audit; a refused step ends the journey, and the report is written all the same."""
        local_rps, remote_rps = self._capacity()
        offered = round(min(local_rps, remote_rps) * SHARE_OF_CAPACITY, 1)
        self.narrator.say(
            f"capacity: all local {local_rps:.0f}, all remote {remote_rps:.0f} requests/s; offering {offered:g}"
        )
        journal, audit, shadow = self._under_traffic(offered)
        completed = self.figures.get("complete")
        return Measurements(
            context=self.context.name, steps=self.steps, switches=self.switches, journal=journal, audit=audit, shadow=shadow,
            load=Load(capacity_local_rps=local_rps, capacity_remote_rps=remote_rps, offered_rps=offered),
            backfill=self._backfill(), verification=self._verification(), facts=_facts(),
            soak_seconds_required=completed[-1]["soak_seconds_required"] if completed else None, departure=self.departure,
        )  # fmt: skip

    # What the machine can do.

    def _capacity(self) -> tuple[float, float]:
        """Requests a second, closed loop, with everything local and with everything remote."""
        with Stage(self.folder / "logs" / "capacity") as stage:
            stand = self._stand(stage, number=1, settings={"BOUNDARIES_SHADOW_CALLS_NEEDED": "0"})
            with self.narrator.doing("measuring what the machine can do, all local"):
                stand.create()
                stand.start_monolith()
                local = self._closed_loop(stand)
            with self.narrator.doing("measuring what the machine can do, all remote"):
                follower = self._prepare_remote(stand)
                remote = self._closed_loop(stand)
                stage.stop(follower)
        stand.drop()
        return local, remote

    def _prepare_remote(self, stand: Stand) -> Running:
        for step in ("plan", "scaffold", "provision"):
            stand.step(step)
        follower = stand.stage.start("follow", "boundaries follow", cwd=stand.tree, env=stand.environment())
        stand.step("replicate")
        stand.start_service()
        for step in ("verify", "shadow", "switch-reads"):
            stand.step(step)
        stand.step("switch-writes", f"--yes={self.context.name}")
        return follower

    def _closed_loop(self, stand: Stand) -> float:
        command = self.configuration.capacity.format(
            url=stand.web_url, seconds=CAPACITY_SECONDS, seed=self.seed
        )
        printed = self._printed(stand, command)
        if printed.get("failed"):
            raise NotMeasured(
                command=command, reason=f"{printed['failed']} requests failed: {printed.get('failures')}"
            )
        return float(printed["rps"])

    # The journey.

    def _under_traffic(self, offered: float) -> tuple[Journal, Audit | None, Shadow | None]:
        journal = self.folder / "journal.jsonl"
        journal.unlink(missing_ok=True)
        with Stage(self.folder / "logs" / "journey") as stage:
            stand = self._stand(stage, number=2, settings={})
            with self.narrator.doing("starting monolith and traffic"):
                stand.create()
                stand.start_monolith()
                load = self._start_load(stand, journal, offered)
                time.sleep(SETTLE_SECONDS)
            try:
                self._journey(stand)
            except BoundaryError as error:
                self.narrator.say(f"✗ {error.render()}")
            shadow = self._shadow_counts()
            time.sleep(SETTLE_SECONDS)
            stage.stop(load)
            audit = self._audit(stand, journal)
        self._take_out(stand)
        stand.drop()
        return read_journal(journal), audit, shadow

    def _journey(self, stand: Stand) -> None:
        name = self.context.name
        for step in ("plan", "scaffold", "provision"):
            self._take(stand, step)
        stand.stage.start("follow", "boundaries follow", cwd=stand.tree, env=stand.environment())
        self._take(stand, "replicate")
        self._take(stand, "verify")
        with self.narrator.doing("starting the service"):
            stand.start_service()
        self._take(stand, "shadow")
        self._wait_for_comparisons(stand)
        self._take(stand, "switch-reads", "--percent=25")
        time.sleep(SETTLE_SECONDS)
        self._take(stand, "switch-reads")
        for step in ("switch-writes", "rollback", "switch-writes"):
            with self.narrator.doing(f"calm before {step}"):
                time.sleep(CALM_SECONDS)
            self._take(stand, step, f"--yes={name}")
        with self.narrator.doing("calm after the last switch"):
            time.sleep(CALM_SECONDS)
        self._take(stand, "verify")
        self._take(stand, "complete", f"--yes={name}")

    def _take_out(self, stand: Stand) -> None:
        """Take the code out, if the journey has come so far; no process uses the tree or the databases any more."""
        if "complete" not in self.figures:
            return
        try:
            with self.narrator.doing("taking the code out, and retiring the tables"):
                self.departure = take_out(stand)
        except BoundaryError as error:
            self.narrator.say(f"✗ {error.render()}")

    def _take(self, stand: Stand, step: str, *arguments: str) -> None:
        """Run one step, keep its figures, and look after the processes."""
        started = time.time()
        try:
            with self.narrator.doing(step):
                taken = stand.step(step, *arguments)
        except StepEnded as ended:
            self.steps.append(
                StepTaken(
                    name=step,
                    started_at=started,
                    seconds=time.time() - started,
                    result=ended.result,
                    detail=ended.reason,
                )
            )
            raise
        self.steps.append(
            StepTaken(
                name=step, started_at=started, seconds=taken.seconds, result="ok", detail=" ".join(arguments)
            )
        )
        figures = dict(taken.figures)
        self.figures.setdefault(step, []).append(figures)
        if "gate_asked_at" in figures:
            self._note_switch(step, figures)
        self.narrator.say(f"✓ {step:<14} {taken.seconds:5.1f} s   {_in_short(step, figures)}")
        stand.stage.check()

    def _note_switch(self, step: str, figures: dict[str, Any]) -> None:
        moments = [
            datetime.fromisoformat(figures[name]).timestamp()
            for name in ("gate_asked_at", "target_opened_at")
        ]
        self.switches.append(
            Switch(
                kind="rollback" if step == "rollback" else "switch", asked_at=moments[0], opened_at=moments[1]
            )
        )

    def _wait_for_comparisons(self, stand: Stand) -> None:
        """Wait until the gate of switch-reads has seen enough answers, or its time is over."""
        deadline = time.monotonic() + SHADOW_WAIT_SECONDS
        with self.narrator.doing("comparing answers in shadow"):
            while time.monotonic() < deadline:
                gates = self._status(stand).get("gates", [])
                if all(gate["passed"] for gate in gates if "compared" in gate["name"]):
                    return
                time.sleep(2.0)

    def _status(self, stand: Stand) -> dict[str, Any]:
        done = stand.run("boundaries", "extract", self.context.name, "--json")
        try:
            found: dict[str, Any] = json.loads(done.stdout)
        except ValueError as error:
            raise NotMeasured(command="boundaries extract", reason=done.stderr.strip()[-300:]) from error
        return found

    def _start_load(self, stand: Stand, journal: Path, rate: float) -> Running:
        status = self.folder / "status.json"
        self.narrator.status_file = status
        command = self.configuration.load.format(
            url=stand.web_url, rate=rate, journal=journal, status=status, seed=self.seed
        )
        return stand.stage.start("load", command, cwd=stand.tree, env=stand.environment())

    # What came of it.

    def _shadow_counts(self) -> Shadow | None:
        taken = self.figures.get("switch-reads", [])
        if not taken:
            return None
        return Shadow(calls=taken[-1]["calls"], mismatches=max(figures["mismatches"] for figures in taken))

    def _audit(self, stand: Stand, journal: Path) -> Audit | None:
        owner = self._status(stand).get("writes", "monolith")
        databases = {
            "monolith_database": stand.monolith_database,
            "service_database": stand.service_database,
            "owner_database": stand.service_database if owner == "service" else stand.monolith_database,
        }
        command = self.configuration.audit.format(journal=journal, **databases, **stand.companion_urls)
        with self.narrator.doing("auditing journal, databases and companions"):
            audit = Audit.from_json(self._printed(stand, command, may_find=True))
        self.narrator.say(
            f"audit: {audit.acknowledged} acknowledged writes, {audit.lost} lost, {audit.duplicated} duplicated"
        )
        return audit

    def _printed(self, stand: Stand, command: str, *, may_find: bool = False) -> dict[str, Any]:
        """The JSON that a command of the project prints."""
        done = stand.run(*command.split())
        allowed = {0, 1} if may_find else {0}
        try:
            printed: dict[str, Any] = json.loads(done.stdout)
        except ValueError as error:
            raise NotMeasured(command=command, reason=(done.stderr or done.stdout).strip()[-300:]) from error
        if done.returncode not in allowed:
            raise NotMeasured(command=command, reason=f"exit code {done.returncode}")
        return printed

    def _backfill(self) -> Backfill | None:
        taken = self.figures.get("replicate")
        return Backfill(rows=taken[0]["rows"], seconds=taken[0]["seconds"]) if taken else None

    def _verification(self) -> Verification | None:
        taken = self.figures.get("verify")
        if not taken:
            return None
        return Verification(
            rows_compared=sum(figures["rows_compared"] for figures in taken),
            differences=sum(figures["differences"] for figures in taken),
        )

    def _stand(self, stage: Stage, *, number: int, settings: dict[str, str]) -> Stand:
        return Stand(
            configuration=self.configuration, context=self.context, tree=self.tree, map_file=self.map.path,
            stage=stage, number=number, settings=settings,
        )  # fmt: skip


def _in_short(step: str, figures: dict[str, Any]) -> str:
    """The one figure of a step that somebody watching wants."""
    said = ""
    match step:
        case "replicate":
            said = f"{figures['rows']:,} rows, {figures.get('rows_per_second', 0):,}/s"
        case "verify":
            said = f"{figures['rows_compared']:,} rows compared, {figures['differences']} differences"
        case "shadow":
            said = "the service is asked too"
        case "switch-reads":
            said = f"{figures['percent']:g} % of the queries; {figures['calls']} answers compared, {figures['mismatches']} mismatches"
        case "switch-writes" | "rollback":
            said = (
                f"the {figures['owner']} owns the writes; gate held for {figures.get('window_ms', 0):.1f} ms"
            )
        case "complete":
            said = f"no way back any more; {figures['soak_seconds_required']:g} s of soak time were asked for"
    return said


def _facts() -> dict[str, str]:
    return {"python": platform.python_version(), "cores": str(os.cpu_count()), "machine": platform.machine()}


def _summarise(report: dict[str, Any], folder: Path) -> None:
    print()
    for check in report["checks"]:
        print(f"  {'✓' if check['ok'] else '✗'} {check['sentence']}")
    print(
        f"\n{'All good.' if report['ok'] else 'NOT good: see the lines marked ✗.'}  {_relative(folder)}/report.html, report.json"
    )


def _relative(folder: Path) -> Path:
    try:
        return folder.relative_to(Path.cwd())
    except ValueError:
        return folder
