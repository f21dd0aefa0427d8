"""What is written down about a saga between two calls?

Every function here is one short transaction, and every one depends on the lease: who lost it writes nothing.
While a step is under way no lock and no transaction is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from boundaries.conf import setting
from boundaries.messaging.insert import upsert
from boundaries.messaging.models import UNFINISHED, SagaInstance, SagaState, SagaStep, StepState
from boundaries.messaging.saga import Saga, Step, UnknownSaga, saga_named
from boundaries.messaging.transaction import database


class LeaseLost(Exception):
    """Another worker has the saga now; whatever it does next, it does with the same keys."""


@dataclass(slots=True)
class Run:
    """One worker's hold on one saga: its class, its row as last written, and the token of the lease."""

    saga: type[Saga]
    row: SagaInstance
    token: UUID

    def step(self) -> Step:
        """The step that comes next."""
        return self.saga.steps[self.row.cursor]

    def key(self, step: Step) -> str:
        """The idempotency key of a step: the same at every attempt."""
        return f"{self.row.id}:{step.name}"


def acquire(saga_id: UUID) -> Run | None:
    """Take the lease of an unfinished saga; None when it is finished or somebody else is at it.

    :raises UnknownSaga: when this process has no class for it; nothing was taken.
    :raises SagaInstance.DoesNotExist: for a wrong id.
    """
    rows, token = SagaInstance.objects.using(database()), uuid4()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=Now())
    unfinished = rows.filter(free, id=saga_id, state__in=UNFINISHED)
    has_lease = unfinished.update(lease_token=token, lease_until=_lease_end())
    row = rows.get(id=saga_id)
    if not has_lease:
        return None
    try:
        return Run(saga=saga_named(row.name, row.version), row=row, token=token)
    except UnknownSaga:
        rows.filter(id=saga_id, lease_token=token).update(**_FREE)
        raise


def current_step(run: Run) -> SagaStep | None:
    """What is known of the step that comes next, if it was begun before."""
    return _step(run, run.step()).first()


def begin(run: Run) -> SagaStep:
    """Write down that the next step is about to be called. The lease must have been taken just now.

    If the row says that it was under way already, its worker died there: the step may have happened.
    """
    step = run.step()
    first = SagaStep(
        id=uuid5(run.row.id, step.name), saga=run.row, context=run.row.context, name=step.name,
        position=run.row.cursor, attempts=1, started_at=timezone.now(),
    )  # fmt: skip
    statement, values = upsert(first, columns=_STEP_COLUMNS, then=_BEGUN_AGAIN)
    row: SagaStep = SagaStep.objects.using(database()).raw(statement, values)[0]
    return row


def advance(run: Run, data: Any) -> SagaStep | None:
    """Write down that the step was done, with the changed data, and begin the one after it.

    Returns the row of that next step; None after the last.
    """
    with transaction.atomic(using=database()):
        _step(run, run.step()).update(
            state=StepState.DONE, is_uncertain=False, errors=0, last_error="", finished_at=Now()
        )
        run.row.cursor += 1
        run.row.data = data
        if run.row.cursor == len(run.saga.steps):
            _update(
                run, cursor=run.row.cursor, data=data, state=SagaState.COMPLETED, finished_at=Now(), **_FREE
            )
            run.row.state = SagaState.COMPLETED
            return None
        _update(run, cursor=run.row.cursor, data=data)
        return begin(run)


def fail(
    run: Run, *, error: str, failure: dict[str, str], is_uncertain: bool | None, is_expected: bool
) -> SagaStep:
    """Write down that the step failed. `is_uncertain` None: what earlier attempts left open stays open."""
    changes: dict[str, Any] = {"state": StepState.FAILED, "last_error": error, "finished_at": Now()}
    if is_uncertain is not None:
        changes["is_uncertain"] = is_uncertain
    if not is_expected:
        changes["errors"] = F("errors") + 1
    with transaction.atomic(using=database()):
        _remember_failure(run, failure)
        _step(run, run.step()).update(**changes)
        return _step(run, run.step()).get()


def compensate(run: Run, failure: dict[str, str] | None = None) -> None:
    """Turn round: from now on steps are undone."""
    if failure:
        _remember_failure(run, failure)
    _update(run, state=SagaState.COMPENSATING)
    run.row.state = SagaState.COMPENSATING


def steps_to_undo(run: Run) -> list[Step]:
    """The steps that happened, or may have, the last one first."""
    stored = {row.name: row for row in SagaStep.objects.using(database()).filter(saga=run.row)}
    begun = [step for step in run.saga.steps if step.name in stored]
    return [step for step in reversed(begun) if may_have_happened(stored[step.name])]


def may_have_happened(row: SagaStep) -> bool:
    """Whether a step that was begun may have had its effect."""
    return row.state in (StepState.DONE, StepState.STARTED) or row.is_uncertain


def undone(run: Run, step: Step) -> None:
    """Write down that the step was undone."""
    with transaction.atomic(using=database()):
        _update(run)
        _step(run, step).update(
            state=StepState.UNDONE, is_uncertain=False, errors=0, last_error="", finished_at=Now()
        )


def undo_failed(run: Run, step: Step, *, error: str, is_expected: bool) -> SagaStep:
    """Write down that undoing failed; the step stays to be undone."""
    with transaction.atomic(using=database()):
        _update(run)
        _step(run, step).update(
            last_error=error, errors=F("errors") + (0 if is_expected else 1), attempts=F("attempts") + 1
        )
        return _step(run, step).get()


def finish(run: Run, state: SagaState) -> None:
    """Write down that the saga goes no further, and free it.

    NEEDS_ATTENTION keeps in mind which way it was going.
    """
    held = run.row.state if state == SagaState.NEEDS_ATTENTION else ""
    _update(run, state=state, held_state=held, finished_at=Now(), **_FREE)
    run.row.state = state


def release(run: Run, *, after_seconds: float | None = None) -> None:
    """Give the lease back.

    With `after_seconds`, no worker takes the saga before that. A lost lease is no error.
    """
    due = {} if after_seconds is None else {"due_at": Now() + timedelta(seconds=after_seconds)}
    _leased(run).update(**_FREE, **due)


_STEP_COLUMNS = (
    "id", "saga_id", "context", "name", "position", "state", "is_uncertain", "attempts", "errors", "last_error",
    "started_at",
)  # fmt: skip
_STEP = SagaStep._meta.db_table
# A step that is begun while it is under way lost its worker: it may have happened, and counts as an error.
_BEGUN_AGAIN = (
    f"is_uncertain = {_STEP}.is_uncertain OR {_STEP}.state = 'started',"
    f" errors = {_STEP}.errors + CASE WHEN {_STEP}.state = 'started' THEN 1 ELSE 0 END,"
    f" attempts = {_STEP}.attempts + 1, state = 'started'"
)
_FREE: dict[str, None] = {"lease_token": None, "lease_until": None}


def _remember_failure(run: Run, failure: dict[str, str]) -> None:
    # The first error is the one that explains the outcome to whoever asks.
    run.row.failure = run.row.failure or failure
    _update(run, failure=run.row.failure)


def _update(run: Run, **changes: Any) -> None:
    """Change the saga's row and prolong the lease.

    :raises LeaseLost: when it ran out and somebody else took it; what was written with it is rolled back.
    """
    if not _leased(run).update(**{"lease_until": _lease_end(), **changes}):
        raise LeaseLost


def _leased(run: Run) -> QuerySet[SagaInstance]:
    return SagaInstance.objects.using(database()).filter(id=run.row.id, lease_token=run.token)


def _step(run: Run, step: Step) -> QuerySet[SagaStep]:
    return SagaStep.objects.using(database()).filter(saga=run.row, name=step.name)


def _lease_end() -> Any:
    return Now() + timedelta(seconds=setting("SAGA_LEASE_SECONDS"))
