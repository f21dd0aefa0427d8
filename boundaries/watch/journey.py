"""How far has each context come, and what stands in its way? The facts of the mover, where it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Count

from boundaries.conf import setting
from boundaries.strangler import catalogue, lock
from boundaries.strangler import models as stored
from boundaries.strangler.continuous import outstanding, say_outstanding
from boundaries.strangler.gate import Gate
from boundaries.strangler.health import say_resync
from boundaries.strangler.operation import find_step, prepare
from boundaries.strangler.status import NOTHING_LIVE, gates_of, status
from boundaries.strangler.status import live as status_of_both
from boundaries.watch import patience
from boundaries.watch.facts import Extraction, Follower

ROLLBACK_FROM = "replicate"
RUNS_SHOWN = 20
_RUNNING = stored.StepRun.Result.RUNNING


def summaries() -> dict[str, Extraction]:
    """Each context that has an extraction; three queries."""
    rows = stored.Extraction.objects.timed()
    runs = _runs()
    under_way = _under_way()
    return {
        row.context: _summary(row, runs.get(row.context, {}), under_way.get(row.context, "")) for row in rows
    }


@dataclass(frozen=True, slots=True)
class Journey:
    """One extraction in full, except for its gates, which other databases must be asked for."""

    context: str
    status: dict[str, Any]
    summary: Extraction
    runs: list[stored.StepRun]
    is_under_way: bool

    @property
    def may_roll_back(self) -> bool:
        """Whether the last step can be taken back by the step `rollback`; the last of all never can."""
        journey, reached = catalogue.JOURNEY, self.summary.reached
        return reached in journey[journey.index(ROLLBACK_FROM) : -1]

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        last = self.runs[0] if self.runs else None
        return {
            **self.status,
            "is_under_way": self.is_under_way,
            "last_run": {"step": last.step, "result": str(last.result), "progress": last.progress}
            if last
            else None,
        }


def journey_of(context: str) -> Journey:
    """One extraction; asks only this process's own database.

    :raises boundaries.contexts.map.UnknownContext: with the nearest spelling.
    """
    found = status(context, with_gates=False)
    row = stored.Extraction.objects.timed().get(pk=context)
    for step in found["steps"]:
        step["figures"] = _plain(row.facts.get(step["name"], {}))
    runs = list(stored.StepRun.objects.filter(context=context)[:RUNS_SHOWN])
    is_under_way = bool(runs) and runs[0].result == _RUNNING and _holds_lock(context)
    for position, run in enumerate(runs):
        if run.result == _RUNNING and not (is_under_way and position == 0):
            run.result = "cut off"
    summary = _summary(row, {}, runs[0].step if is_under_way else "")
    return Journey(context, found, summary, runs, is_under_way)


def gates(context: str, step: str, *, fresh_seconds: float = patience.FRESH_SECONDS) -> list[Gate]:
    """The gates of a step as they are now; what cannot be asked in time is a gate that does not hold."""
    try:
        return patience.ask(
            ("gates", context, step),
            lambda: gates_of(prepare(context=context), step),
            fresh_seconds=fresh_seconds,
        )
    except patience.NoAnswer as error:
        return [
            Gate(
                "both sides can be asked",
                False,
                str(error),
                "Look again in a moment; are service and database up?",
            )
        ]


def live(context: str) -> dict[str, Any]:
    """What only the two databases can tell of a move that is followed, where they do in time."""
    try:
        return patience.ask(("live", context), lambda: status_of_both(prepare(context=context)))
    except patience.NoAnswer:
        return NOTHING_LIVE


def plan_of(context: str, step: str, options: Mapping[str, Any]) -> list[str]:
    """What the step would do, line by line; empty where that cannot be said in time."""
    asked = dict(options)
    try:
        return patience.ask(
            ("plan", context, step, tuple(sorted(asked.items()))),
            lambda: find_step(step).describe(prepare(context=context, options=asked)),
        )
    except patience.NoAnswer:
        return []


def _summary(row: stored.Extraction, runs: Mapping[tuple[str, str], int], under_way: str) -> Extraction:
    journey = catalogue.JOURNEY
    return Extraction(
        reached=row.reached,
        next=catalogue.next_step(row.reached),
        done_steps=journey.index(row.reached) + 1 if row.reached else 0,
        total_steps=len(journey),
        follower=_follower(row),
        under_way=under_way,
        runs=runs,
    )


def _follower(row: stored.Extraction) -> Follower:
    is_wanted, told = row.wanted == stored.Wanted.FOLLOWING, row.follower
    if not told:
        return Follower(is_wanted)
    verified = row.facts.get("verify", {})
    found = outstanding(told.get("verify", {}), verified_at=verified.get("at", 0.0))
    return Follower(
        is_wanted, row.silent_seconds, told.get("lag_rows"), told.get("error", ""), told.get("lag_seconds"),
        told.get("rows_per_second"), say_outstanding(found) if found.differences else "",
        say_resync((), told.get("resync")),
    )  # fmt: skip


def _runs() -> dict[str, dict[tuple[str, str], int]]:
    found: dict[str, dict[tuple[str, str], int]] = {}
    rows = (
        stored.StepRun.objects.order_by().values_list("context", "step", "result").annotate(count=Count("id"))
    )
    for context, step, result, count in rows:
        found.setdefault(context, {})[step, result] = count
    return found


def _under_way() -> dict[str, str]:
    """The step that each context's newest run is at; of several that were never finished only the newest counts."""
    rows = (
        stored.StepRun.objects.filter(result=_RUNNING).order_by("started_at").values_list("context", "step")
    )
    return {context: step for context, step in dict(rows).items() if _holds_lock(context)}


def _holds_lock(context: str) -> bool:
    """Whether a run that says it is running has not simply been killed: its session holds the lock."""
    connection = connections[setting("DATABASE")]
    connection.ensure_connection()
    assert connection.connection is not None
    return lock.is_step_under_way(connection.connection, context)


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that fit on a line."""
    hidden = {"seconds", "at", "text", "plan", "schema", "context"}
    return {
        name.replace("_", " "): value for name, value in figures.items()
        if isinstance(value, str | int | float) and name not in hidden and len(str(value)) < 60
    }  # fmt: skip
