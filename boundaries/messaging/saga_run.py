"""How does a saga get from one step to the next, forwards or back?

The one who started it runs it after the commit; when that process dies or gives up, a worker goes on from the
stored cursor with the same keys, so that a step which had happened already answers as it did then.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import msgspec
from django.db import DatabaseError
from django.utils import timezone

from boundaries.errors import BoundaryError
from boundaries.facades.domain_error import DomainError
from boundaries.facades.failure import ContractError, OutcomeUnknown, OwnerMoved, RemoteFailure
from boundaries.facades.fence import rejection
from boundaries.facades.principal import Principal, acting_as
from boundaries.facades.scope import call_scope, mark_written
from boundaries.faults import fault_point
from boundaries.messaging import saga_record as record
from boundaries.messaging.claim import backoff_seconds
from boundaries.messaging.models import UNFINISHED, SagaInstance, SagaState, SagaStep
from boundaries.messaging.saga_record import LeaseLost, Run
from boundaries.messaging.transaction import database, is_in_transaction

LATE = "saga.deadline"

_POLL_SECONDS = 0.05
_AFTER_ERROR_SECONDS = 1.0
_ERROR_CHARACTERS = 4000
_LONGEST_PAUSE_SECONDS = 60.0


class SagaInTransaction(BoundaryError):
    """Raised when a saga is run inside a transaction, which would be held open during every call."""

    code = "BD414"
    problem = "The saga {saga} was run inside a transaction."
    remedy = "Start it inside the transaction and call run_saga() after the commit; mind ATOMIC_REQUESTS."


def run_saga(saga_id: UUID, *, patience_seconds: float | None = None) -> SagaInstance:
    """Run a saga until it is finished or has to wait, and return its row.

    Without `patience_seconds` nothing is waited for: a step that must be retried is left to the workers. With
    it, the caller waits for retries, or for a worker that is at it, but no longer than that; an unfinished
    saga goes on without the caller. Look at `state` and `failure` of what is returned.

    :raises SagaInTransaction: inside transaction.atomic(); a test case's own transaction does not count.
    :raises UnknownSaga: when this process has no class for it.
    :raises OwnerMoved: when the saga's own context is no longer written here; it goes on at the other side.
    """
    if is_in_transaction():
        raise SagaInTransaction(saga=saga_id)
    give_up_at = time.monotonic() + (patience_seconds or 0.0)
    while True:
        pause = _run_once(saga_id)
        row = SagaInstance.objects.using(database()).get(id=saga_id)
        if row.state != SagaState.RUNNING or time.monotonic() + pause > give_up_at:
            return row
        time.sleep(pause)


def _run_once(saga_id: UUID) -> float:
    """Run until the saga is finished or must wait; returns for how many seconds."""
    try:
        run = record.acquire(saga_id)
        if run is None:
            return _POLL_SECONDS
        with _on_behalf_of(run):
            return _drive(run)
    except LeaseLost:
        return _POLL_SECONDS
    except DatabaseError as error:
        refused = rejection(error)
        if refused is None or refused.context is None:
            raise
        raise OwnerMoved(context=refused.context, epoch=refused.epoch) from error


def _drive(run: Run) -> float:
    try:
        pause = _go_forward(run) if run.row.state == SagaState.RUNNING else None
        if run.row.state == SagaState.COMPENSATING:
            pause = _go_back(run)
    except LeaseLost:
        raise
    except BaseException:
        record.release(run, after_seconds=_AFTER_ERROR_SECONDS)
        raise
    if run.row.state in UNFINISHED:
        record.release(run, after_seconds=pause)
    return pause or 0.0


def _go_forward(run: Run) -> float | None:
    """Call step after step; a pause in seconds, or None when the saga is finished or has turned round."""
    if _is_late(run) and _can_turn_round(run, record.current_step(run)):
        record.compensate(run, {"code": LATE, "text": f"{run.saga.deadline_seconds:g} s were not enough."})
        return None
    row: SagaStep | None = record.begin(run)
    while row is not None:
        if row.errors >= run.saga.attempts:
            record.finish(run, SagaState.NEEDS_ATTENTION)
            return None
        try:
            data = _call(run)
        except Exception as error:  # noqa: BLE001 - each kind has its answer
            return _after_failure(run, error)
        row = record.advance(run, data)
    return None


def _call(run: Run) -> object:
    step = run.step()
    data = run.saga.decode(run.row.data)
    fault_point("saga.before_step")
    changes = step.do(data, run.key(step))
    fault_point("saga.after_step")
    if not changes:
        return run.row.data
    # Decoding what was encoded finds a change of the wrong type at the step that made it.
    changed = {**run.row.data, **run.saga.encode(dict(changes))}
    run.saga.decode(changed)
    return changed


def _after_failure(run: Run, error: Exception) -> float | None:
    row = record.fail(
        run,
        error=_text_of(error),
        failure={"code": _code_of(error), "text": str(error)},
        is_uncertain=_is_uncertain(error),
        is_expected=isinstance(error, RemoteFailure),
    )
    if isinstance(error, RemoteFailure):
        must_turn = run.saga.on_unavailable == "compensate" or _is_late(run)
    else:
        must_turn = isinstance(error, DomainError)
    if must_turn and _can_turn_round(run, row):
        record.compensate(run)
        return None
    if row.errors >= run.saga.attempts:
        record.finish(run, SagaState.NEEDS_ATTENTION)
        return None
    return _pause(row)


def _go_back(run: Run) -> float | None:
    """Undo step after step, the last one first; a pause in seconds, or None when the saga is finished."""
    pause: float | None = None
    for step in record.steps_to_undo(run):
        if step.undo is None:
            continue
        try:
            fault_point("saga.before_undo")
            step.undo(run.saga.decode(run.row.data), f"{run.key(step)}:undo")
            fault_point("saga.after_undo")
        except Exception as error:  # noqa: BLE001 - each kind has its answer
            is_expected = isinstance(error, RemoteFailure)
            failed = record.undo_failed(run, step, error=_text_of(error), is_expected=is_expected)
            if failed.errors >= run.saga.attempts:
                record.finish(run, SagaState.NEEDS_ATTENTION)
                return None
            pause = _pause(failed)
            if not run.saga.independent_undo:
                return pause
        else:
            record.undone(run, step)
    if pause is None:
        record.finish(run, SagaState.COMPENSATED)
    return pause


def _can_turn_round(run: Run, row: SagaStep | None) -> bool:
    """Whether everything that may have happened can still be undone; `row` is the step that comes next."""
    if run.row.cursor != run.saga.pivot:
        return run.row.cursor < run.saga.pivot
    return row is None or not record.may_have_happened(row) or run.step().undo is not None


def _is_uncertain(error: Exception) -> bool | None:
    """Whether the step may have happened nevertheless.

    None: this attempt did not, and says nothing about earlier ones.
    """
    if isinstance(error, DomainError):
        return False
    if isinstance(error, RemoteFailure) and not isinstance(error, OutcomeUnknown | ContractError):
        return None
    return True


def _is_late(run: Run) -> bool:
    return timezone.now() > run.row.deadline_at


def _pause(row: SagaStep) -> float:
    return min(_LONGEST_PAUSE_SECONDS, backoff_seconds(row.attempts))


def _code_of(error: Exception) -> str:
    return error.code if isinstance(error, DomainError | BoundaryError) else type(error).__name__


def _text_of(error: Exception) -> str:
    if isinstance(error, DomainError | RemoteFailure):
        return str(error)
    return "".join(traceback.format_exception(error))[-_ERROR_CHARACTERS:]


@contextmanager
def _on_behalf_of(run: Run) -> Iterator[None]:
    """Call as the one who started the saga, in a scope whose writes the caller's scope learns of."""
    principal = msgspec.convert(run.row.principal, Principal) if run.row.principal else None
    written: set[str] = set()
    try:
        with call_scope() as scope, acting_as(principal):
            written = scope.written
            yield
    finally:
        for context in written:
            mark_written(context)
