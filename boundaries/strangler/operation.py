"""How is a step run, from wherever it is asked for?

The command line and the admin call `run_step`; it holds the lock, looks at order and gates, and keeps the record.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.strangler import catalogue
from boundaries.strangler.gate import GateRefused, GateUnanswered, require
from boundaries.strangler.lock import operation_lock
from boundaries.strangler.models import LEFT, Extraction, StepRun
from boundaries.strangler.postgres.continuity import Discontinued
from boundaries.strangler.progress import Listener, Progress
from boundaries.strangler.step import Move, Step

log = logging.getLogger("boundaries.extract")


class UnknownStep(BoundaryError):
    """Raised for a step that does not exist."""

    code = "BD502"
    problem = "There is no step {step!r}."
    remedy = "Did you mean {nearest!r}? The steps are: {steps}."


class StepOutOfOrder(BoundaryError):
    """Raised when a step is asked for before the one that it builds on is done."""

    code = "BD503"
    problem = "{context}: {step} comes after {needed}, and {context} has reached {reached}."
    remedy = "Run `boundaries extract {context} {next}` next."


class NoWayBack(BoundaryError):
    """Raised when any step is asked for after `complete` has passed its point of no return."""

    code = "BD860"
    problem = (
        "{context} has left: `complete` passed its point of no return at {at}, and {step} comes too late."
    )
    remedy = "If `complete` was cut off, run it again. The monolith's old rows are in its backups, and in the schema `retired`."


class NotConfirmed(BoundaryError):
    """Raised when a destructive step was asked for without the context's name."""

    code = "BD504"
    problem = "{step} of {context} is destructive, and was not confirmed."
    remedy = "Add `--yes={context}`."


def run_step(
    *, context: str, step: str, who: str, why: str = "", options: dict[str, Any] | None = None, listener: Listener | None = None
) -> StepRun:  # fmt: skip
    """Run one step and return its record; refusals and failures are recorded too, then raised.

    Holds the context's operation lock, so that two operators cannot run two steps of one context at once.

    :raises UnknownStep, StepOutOfOrder, NotConfirmed, GateRefused: nothing has been changed.
    :raises boundaries.strangler.lock.StepUnderWay: somebody else is running a step.
    """
    move = prepare(context=context, who=who, why=why, options=options or {})
    chosen = find_step(step)
    with operation_lock(context, step):
        Extraction.objects.get_or_create(context=context)
        _close_dead_runs(context)
        run = StepRun.objects.create(context=context, step=chosen.name, who=who, why=why)
        listeners = [_keep(run), *([listener] if listener else [])]
        move.progress = Progress(*listeners)
        move.extraction.refresh_from_db()
        try:
            _check_order(move, chosen)
            run.gates = _ask_gates(move, chosen)
            run.figures = {"plan": chosen.describe(move)} if move.dry_run else chosen.run(move)
            _finish(run, StepRun.Result.OK)
        except (
            GateRefused,
            GateUnanswered,
            Discontinued,
            StepOutOfOrder,
            NotConfirmed,
            NoWayBack,
        ) as refusal:
            _finish(run, StepRun.Result.REFUSED, refusal.render())
            raise
        except Exception as error:
            _finish(run, StepRun.Result.FAILED, str(error))
            raise
        if not _is_trial(move, chosen):
            _remember(move, chosen, run)
    return run


def prepare(*, context: str, who: str = "", why: str = "", options: dict[str, Any] | None = None) -> Move:
    """The move of one context as it stands; changes nothing."""
    context_map = current_map()
    declared = context_map.context(context)
    extraction = Extraction.objects.timed().filter(pk=context).first() or Extraction(context=context)
    return Move(declared, context_map, extraction, who, why, options or {})


def find_step(name: str) -> Step:
    """The step of that name.

    :raises UnknownStep: with the nearest right one.
    """
    steps = catalogue.all_steps()
    if name not in steps:
        nearest = difflib.get_close_matches(name, steps, n=1, cutoff=0.0)[0]
        raise UnknownStep(step=name, nearest=nearest, steps=", ".join(steps))
    return steps[name]


def _ask_gates(move: Move, step: Step) -> list[dict[str, Any]]:
    """The gates that hold, as JSON-ready values.

    :raises GateRefused: at the first that does not hold.
    :raises Discontinued: when a database is not what it was.
    :raises GateUnanswered: when one could not be asked.
    """
    try:
        return require(move.name, step.name, step.gates(move))
    except (GateRefused, Discontinued):
        raise
    except BoundaryError as error:
        raise GateUnanswered(
            context=move.name, step=step.name, reason=error.what, advice=error.what_to_do
        ) from error


def _check_order(move: Move, step: Step) -> None:
    journey = catalogue.JOURNEY
    reached = move.extraction.reached
    left = move.extraction.facts.get(LEFT)
    if left and step.name != "complete":
        raise NoWayBack(context=move.name, step=step.name, at=left["at"])
    if step.comes_after and (not reached or journey.index(reached) < journey.index(step.comes_after)):
        following = catalogue.next_step(reached)
        raise StepOutOfOrder(
            context=move.name,
            step=step.name,
            needed=step.comes_after,
            reached=reached or "nothing yet",
            next=following,
        )
    if step.destructive and not _is_trial(move, step) and move.options.get("yes") != move.name:
        raise NotConfirmed(context=move.name, step=step.name)


def _is_trial(move: Move, step: Step) -> bool:
    """Whether everything stays as it is: a dry run, or the rehearsal of the switch."""
    return move.dry_run or (step.name == "switch-writes" and bool(move.options.get("rehearse")))


def _remember(move: Move, step: Step, run: StepRun) -> None:
    """Store how far the context has come; a step done again does not take it back."""
    extraction = Extraction.objects.get(pk=move.name)
    journey = catalogue.JOURNEY
    if step.name in journey:
        before = journey.index(extraction.reached) if extraction.reached else -1
        extraction.reached = journey[max(before, journey.index(step.name))]
        # From here on a rollback is a new one.
        extraction.facts.pop("rollback", None)
    else:
        extraction.reached = move.extraction.reached
    extraction.facts = {**extraction.facts, step.name: run.figures}
    extraction.updated_at = timezone.now()
    extraction.save(update_fields=["reached", "facts", "updated_at"])


def _close_dead_runs(context: str) -> None:
    """Under the lock nobody else is running a step: those that say so have been killed."""
    StepRun.objects.filter(context=context, result=StepRun.Result.RUNNING).update(
        result=StepRun.Result.FAILED,
        problem="ended without a word: killed, or cut off from the database",
        finished_at=timezone.now(),
    )


def _finish(run: StepRun, result: str, problem: str = "") -> None:
    run.result, run.problem, run.finished_at = result, problem, timezone.now()
    run.save()
    log.info("extract %s %s: %s in %s s", run.context, run.step, result, run.seconds)


def _keep(run: StepRun) -> Callable[[dict[str, Any]], None]:
    def listener(figures: dict[str, Any]) -> None:
        run.progress = figures
        run.save(update_fields=["progress"])

    return listener
