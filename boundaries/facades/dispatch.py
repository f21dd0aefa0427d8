"""Who answers this call?

A command always goes to the owner. A query goes where its route says, except that a scope which has written a context
reads it from the owner until the scope ends.
"""

from __future__ import annotations

import hashlib
import random
import time
from typing import Any

from boundaries.conf import setting
from boundaries.facades import held_call, routing, scope, shadow
from boundaries.facades.command import Fenced, in_transaction, open_settled, run_settled
from boundaries.facades.facade import Operation, new_key
from boundaries.facades.failure import Halted, OwnerMoved, OwnerUnknown, RemoteInTransaction
from boundaries.facades.local import implementation_of
from boundaries.facades.models import RouteMode
from boundaries.facades.principal import current_principal
from boundaries.facades.remote import ask, ask_query

# As plain text: looking a member up on its class, and hashing it, costs more than all the rest of a local call.
_LOCAL, _SHADOW, _CANARY = RouteMode.LOCAL.value, RouteMode.SHADOW.value, RouteMode.CANARY.value
_REMOTE, _VERIFY_REMOTE = RouteMode.REMOTE.value, RouteMode.VERIFY_REMOTE.value


def call(operation: Operation[Any, Any], arguments: dict[str, Any], key: str | None) -> Any:
    """Run one operation wherever it has to be run, and return or raise what it answered."""
    if arguments.keys() != operation.argument_names:
        operation.check_arguments(arguments)
    if operation.kind == "query":
        return _query(operation, arguments)
    return _command(operation, arguments, key or new_key())


def answer_locally(operation: Operation[Any, Any], arguments: dict[str, Any]) -> Any:
    """Run a query in this process."""
    return getattr(implementation_of(operation.context), operation.name)(**arguments)


def _query(operation: Operation[Any, Any], arguments: dict[str, Any]) -> Any:
    mode = _mode(operation, arguments)
    if mode == _LOCAL:
        operation.at_once = routing.shortcut(operation.context, operation.name)
        return answer_locally(operation, arguments)
    if mode == _SHADOW:
        control = answer_locally(operation, arguments)
        shadow.compare_later(operation, arguments, control, candidate_is_remote=True)
        return control
    return _answer_remotely(operation, arguments, is_verified=mode == _VERIFY_REMOTE)


def _answer_remotely(operation: Operation[Any, Any], arguments: dict[str, Any], *, is_verified: bool) -> Any:
    """The service's answer; this side's, where the service is a copy that has grown too old for this operation."""
    if in_transaction(setting("DATABASE")):
        held_call.warn(operation)
    body, age_seconds = ask_query(operation, arguments)
    if _is_too_old(operation, age_seconds):
        return answer_locally(operation, arguments)
    control = operation.decode_result(body)
    if is_verified:
        shadow.compare_later(operation, arguments, control, candidate_is_remote=False)
    return control


def _mode(operation: Operation[Any, Any], arguments: dict[str, Any]) -> str:
    """The route with its canary decided; reads after writes, and reads of a copy too old, are sent to the owner."""
    context = operation.context
    if scope.has_written(context):
        return _LOCAL if routing.owner_is_here(context) else _REMOTE
    entry = routing.route_of(context, operation.name)
    mode = entry.mode
    if mode == _CANARY:
        mode = _REMOTE if _bucket(operation, arguments) < entry.basis_points else _LOCAL
    if operation.max_staleness is None or mode not in (_LOCAL, _SHADOW):
        return mode
    return _REMOTE if _is_too_old(operation, routing.age_of(context)) else mode


def _is_too_old(operation: Operation[Any, Any], age_seconds: float | None) -> bool:
    """Whether a copy of that age may not answer this operation; an owner has no age."""
    return (
        operation.max_staleness is not None
        and age_seconds is not None
        and age_seconds > operation.max_staleness
    )


def _bucket(operation: Operation[Any, Any], arguments: dict[str, Any]) -> int:
    """A number from 0 to 9,999 that stays the same for one caller, or for one set of arguments without a caller."""
    principal = current_principal()
    stick = principal.subject.encode() if principal else operation.encode_arguments(arguments)
    seed = hashlib.blake2b(operation.context.encode() + b"\0" + stick, digest_size=4).digest()
    return int.from_bytes(seed, "big") % 10_000


def _command(operation: Operation[Any, Any], arguments: dict[str, Any], key: str) -> Any:
    """Run a command at the owner, following it if it moves meanwhile, with the same key all the way."""
    started = time.monotonic()
    patience = setting("SWITCH_PATIENCE_SECONDS")
    pause = 0.002
    while True:
        settled = _try_once(operation, arguments, key)
        if settled is not None:
            scope.mark_written(operation.context)
            return open_settled(operation, settled)
        waited = time.monotonic() - started
        if waited > patience:
            raise OwnerUnknown(context=operation.context, waited_seconds=round(waited, 1))
        routing.refresh()
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  (spreads retries, no secret)
        pause = min(pause * 1.5, 0.05)


def _try_once(operation: Operation[Any, Any], arguments: dict[str, Any], key: str) -> Any:
    """The settled command, or None when the side that was asked is not the owner (any more, or yet)."""
    using = setting("DATABASE")
    owner = routing.snapshot().owners.get(operation.context)
    if owner is not None and owner.halted:
        raise Halted(context=operation.context, reason=owner.halted)
    if routing.owner_is_here(operation.context):
        outside = not in_transaction(using)
        if not outside:
            held_call.note(operation)
        try:
            return run_settled(operation, arguments, key)
        except Fenced as fenced:
            if outside:
                return None
            raise OwnerMoved(context=operation.context, epoch=fenced.rejection.epoch) from fenced
    if in_transaction(using):
        _refuse_in_transaction(operation)
    return ask(operation, arguments, key)


def _refuse_in_transaction(operation: Operation[Any, Any]) -> None:
    """Apply IN_ATOMIC to a remote command inside the caller's transaction."""
    policy = setting("IN_ATOMIC")
    if policy == "error":
        raise RemoteInTransaction(context=operation.context, operation=operation.name)
    if policy == "warn":
        held_call.warn(operation)
