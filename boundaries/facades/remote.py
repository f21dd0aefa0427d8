"""How is another process asked?"""

from __future__ import annotations

import time
from typing import Any

from boundaries.conf import setting
from boundaries.facades import outcome, routing
from boundaries.facades.answer import Answer, RemoteCall
from boundaries.facades.facade import Operation
from boundaries.facades.failure import ContractError, RemoteFailure, ServiceUnavailable
from boundaries.facades.local import lives_here
from boundaries.facades.principal import current_principal
from boundaries.facades.receipt import Settled

# Where an owner said that a context has gone, for callers whose map does not know it: context → address.
_learned: dict[str, str] = {}


def ask(operation: Operation[Any, Any], arguments: dict[str, Any], key: str) -> Settled | None:
    """Send a command to the owner; None when the asked side is not the owner (any more, or yet).

    :raises RemoteFailure: when no usable answer came.
    """
    answer = exchange(operation, operation.encode_arguments(arguments), key)
    if answer.status in {"moved", "not_open"}:
        _learn(operation.context, answer)
        return None
    return Settled(answer.body, is_error=answer.status == "domain_error")


def ask_query(operation: Operation[Any, Any], arguments: dict[str, Any]) -> tuple[bytes, float | None]:
    """Send a query; returns the JSON of its result, and how old it is in seconds where a copy has answered.

    :raises DomainError: one that the operation declares.
    :raises RemoteFailure: when no usable answer came.
    """
    answer = exchange(operation, operation.encode_arguments(arguments), None)
    return result_of(operation, answer), answer.age_seconds


def exchange(operation: Operation[Any, Any], body: bytes, key: str | None) -> Answer:
    """One call to the other side of a context, under its policy; how it went is counted."""
    try:
        answer = _exchange(operation, body, key)
    except RemoteFailure:
        outcome.note(operation.context, failed=True)
        raise
    outcome.note(operation.context, failed=False)
    return answer


def _exchange(operation: Operation[Any, Any], body: bytes, key: str | None) -> Answer:
    from boundaries.facades.transport import send

    url = _learned.get(operation.context) or routing.address_of(operation.context)
    if not url:
        raise ServiceUnavailable(
            context=operation.context, reason="neither map nor ownership row names its address"
        )
    timeout = operation.timeout or setting("CALL_TIMEOUT_SECONDS")
    call = RemoteCall(
        context=operation.context,
        version=operation.version,
        operation=operation.name,
        kind=operation.kind,
        idempotent=operation.idempotent,
        body=body,
        key=key,
        epoch=routing.epoch_of(operation.context),
        deadline=time.monotonic() + timeout,
        principal=current_principal(),
    )
    return send(call, url=url)


def result_of(operation: Operation[Any, Any], answer: Answer) -> bytes:
    """The JSON of a query's result; a domain error is raised as its class."""
    from boundaries.facades import domain_error

    if answer.status == "ok":
        return answer.body
    if answer.status == "domain_error":
        error = domain_error.decode(answer.body, operation.raises)
        if error is not None:
            raise error
    reason = f"a query was answered with {answer.status}"
    raise ContractError(context=operation.context, operation=operation.name, reason=reason)


def _learn(context: str, answer: Answer) -> None:
    if answer.address and not lives_here(context):
        _learned[context] = answer.address
    else:
        _learned.pop(context, None)
