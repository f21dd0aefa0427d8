"""How does this process answer for a context that lives here?"""

from __future__ import annotations

from typing import Any

import msgspec

from boundaries.errors import BoundaryError
from boundaries.facades import domain_error, routing
from boundaries.facades.answer import Answer, RemoteCall
from boundaries.facades.command import Fenced, run_settled
from boundaries.facades.dispatch import answer_locally
from boundaries.facades.facade import Operation, all_facades, new_key
from boundaries.facades.local import implementation_of, lives_here


class NotServed(BoundaryError):
    """Raised for a context, version or operation that this process does not serve."""

    code = "BD319"
    problem = "{context} version {version} has no operation {operation!r} here."
    remedy = "Compare the contracts with `boundaries contract {context} --check`."


class BadArguments(BoundaryError):
    """Raised when a call's arguments do not fit the operation's signature."""

    code = "BD334"
    problem = "The arguments of {context}.{operation} do not fit: {reason}."
    remedy = "Compare the contracts with `boundaries contract {context} --check`."


def serve(call: RemoteCall, *, caller: str) -> Answer:  # noqa: ARG001  (who asks is recorded by the view)
    """Run one operation here and say how it went; the caller's signature has been checked before.

    :raises NotServed: when there is no such operation here.
    :raises BadArguments: when the body does not decode.
    """
    operation = find_operation(call.context, call.version, call.operation)
    try:
        arguments = operation.decode_arguments(call.body)
    except msgspec.DecodeError as error:
        raise BadArguments(context=call.context, operation=call.operation, reason=str(error)) from error
    if operation.kind == "query":
        return _answer_query(operation, arguments)
    return _answer_command(operation, arguments, call)


def find_operation(context: str, version: str, name: str) -> Operation[Any, Any]:
    """The operation that a path names.

    :raises NotServed: when it does not exist, in this version, in this deployable.
    """
    try:
        if lives_here(context):
            implementation_of(context)
    except BoundaryError:
        raise NotServed(context=context, version=version, operation=name) from None
    facade = all_facades().get(context)
    if (
        facade is None
        or not lives_here(context)
        or facade.version != version
        or name not in facade.operations
    ):
        raise NotServed(context=context, version=version, operation=name)
    return facade.operations[name]


def _answer_query(operation: Operation[Any, Any], arguments: dict[str, Any]) -> Answer:
    copy = routing.snapshot().copies.get(operation.context)
    tick = copy.tick if copy else None
    epoch = routing.epoch_of(operation.context)
    try:
        result = answer_locally(operation, arguments)
    except operation.raises as error:
        return Answer("domain_error", domain_error.encode(error), epoch=epoch, tick=tick)
    age = routing.age_of(operation.context)
    return Answer("ok", operation.encode_result(result), epoch=epoch, tick=tick, age_seconds=age)


def _answer_command(operation: Operation[Any, Any], arguments: dict[str, Any], call: RemoteCall) -> Answer:
    if not routing.owner_is_here(call.context) and not routing.refresh().owners[call.context].open:
        return _not_owner(call)
    try:
        settled = run_settled(operation, arguments, call.key or new_key())
    except Fenced:
        routing.refresh()
        return _not_owner(call)
    status = "domain_error" if settled.is_error else "ok"
    return Answer(
        "domain_error" if status == "domain_error" else "ok",
        settled.answer,
        epoch=routing.epoch_of(call.context),
    )


def _not_owner(call: RemoteCall) -> Answer:
    """`not_open` while this side waits to be opened, `moved` when the other side has been opened since."""
    owner = routing.snapshot().owners.get(call.context)
    epoch = owner.epoch if owner else 0
    behind = call.epoch is not None and call.epoch > epoch
    return Answer(
        "not_open" if behind else "moved",
        epoch=epoch,
        address=owner.address if owner and owner.address else None,
    )
