"""What can a person do about a saga?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from boundaries.errors import BoundaryError
from boundaries.messaging.models import SagaInstance, SagaState, SagaStep
from boundaries.messaging.saga import known_sagas, saga_named
from boundaries.messaging.saga_record import may_have_happened
from boundaries.messaging.transaction import database


class SagaNotStuck(BoundaryError):
    """Raised when a saga is to be retried that does not need attention, or does not exist."""

    code = "BD415"
    problem = "The saga {saga} does not need attention: {state}."
    remedy = "List those that do with `boundaries saga list --state NEEDS_ATTENTION`."


class PivotPassed(BoundaryError):
    """Raised when a saga is to be compensated that has passed its pivot, is finished or under way."""

    code = "BD416"
    problem = "The saga {saga} cannot be undone: {reason}."
    remedy = (
        "After the pivot a saga only goes forward: remove the cause and run `boundaries saga retry {saga}`."
    )


def list_sagas(*, state: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Sagas, the newest first, with the steps that were begun."""
    rows = SagaInstance.objects.using(database()).prefetch_related("steps").order_by("-started_at")
    if state:
        rows = rows.filter(state=state)
    return [_told(row) for row in rows[:limit]]


def retry(saga_id: UUID) -> None:
    """Let a saga that needs attention go on, the way it was going, with all attempts again.

    A worker takes it up.

    :raises SagaNotStuck: when it does not need attention.
    """
    rows = SagaInstance.objects.using(database()).filter(id=saga_id, state=SagaState.NEEDS_ATTENTION)
    row = rows.first()
    if row is None or not rows.update(state=row.held_state, held_state="", due_at=Now(), finished_at=None):
        raise SagaNotStuck(saga=saga_id, state=_state_of(saga_id))
    SagaStep.objects.using(database()).filter(saga=saga_id).update(errors=0)


def compensate(saga_id: UUID) -> None:
    """Turn a saga round that has not passed its pivot; a worker takes it up.

    :raises PivotPassed: when the pivot happened, or may have and has no undo; when it is finished, or just
    running.
    """
    rows = SagaInstance.objects.using(database())
    row = rows.filter(id=saga_id).first()
    reason = _why_not(row)
    if reason is None and row is not None:
        # Only if nobody has moved it since it was looked at.
        unmoved = rows.filter(id=saga_id, state=row.state, cursor=row.cursor, lease_token__isnull=True)
        failure = row.failure or {"code": "saga.compensated", "text": "An operator turned it round."}
        changes = {"state": SagaState.COMPENSATING, "held_state": "", "failure": failure, "finished_at": None}
        if unmoved.update(due_at=Now(), **changes):
            SagaStep.objects.using(database()).filter(saga=saga_id).update(errors=0)
            return
        reason = "a worker is at it; ask again in a moment"
    raise PivotPassed(saga=saga_id, reason=reason)


def _why_not(row: SagaInstance | None) -> str | None:
    if row is None:
        return "it does not exist"
    if row.state not in (SagaState.RUNNING, SagaState.NEEDS_ATTENTION):
        return f"it is {row.state}"
    saga = saga_named(row.name, row.version)
    if row.cursor > saga.pivot:
        return f"its pivot {saga.steps[saga.pivot].name!r} has happened"
    if (
        row.cursor == saga.pivot
        and saga.steps[saga.pivot].undo is None
        and _may_have_happened(row, saga.pivot)
    ):
        return f"its pivot {saga.steps[saga.pivot].name!r} may have happened"
    return None


def _may_have_happened(row: SagaInstance, position: int) -> bool:
    step = row.steps.filter(position=position).first()
    return step is not None and may_have_happened(step)


def _state_of(saga_id: UUID) -> str:
    row = SagaInstance.objects.using(database()).filter(id=saga_id).first()
    return row.state if row else "it does not exist"


def _told(row: SagaInstance) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "is_known_here": (row.name, row.version) in known_sagas(),
        "context": row.context,
        "key": row.key,
        "state": row.state,
        "failure": row.failure,
        "started_at": row.started_at,
        "due_at": row.due_at,
        "steps": [
            {"name": step.name, "state": step.state, "is_uncertain": step.is_uncertain, "attempts":
            step.attempts,
             "error": step.last_error}
            for step in row.steps.all()
        ],
    }  # fmt: skip
