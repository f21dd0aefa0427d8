"""How does a command run in its own database?"""

from __future__ import annotations

from typing import Any

from django.db import Error as DjangoDatabaseError
from django.db import connections, transaction

from boundaries.conf import setting
from boundaries.contexts.call import command_called
from boundaries.facades import domain_error, fence, receipt
from boundaries.facades.domain_error import DomainError
from boundaries.facades.facade import Operation
from boundaries.facades.failure import Halted
from boundaries.facades.local import implementation_of
from boundaries.facades.receipt import Settled


class Fenced(Exception):
    """The gate refused the command: nothing has happened; the owner is, or will be, somewhere else."""

    def __init__(self, rejection: fence.Rejection) -> None:
        self.rejection = rejection
        super().__init__(f"fenced at epoch {rejection.epoch}")


def in_transaction(using: str) -> bool:
    """Whether the caller has a transaction open; the one that a TestCase wraps around each test does not count."""
    blocks = connections[using].atomic_blocks
    return any(not getattr(block, "_from_testcase", False) for block in blocks)


def run_settled(operation: Operation[Any, Any], arguments: dict[str, Any], key: str) -> Settled:
    """Run a command here, or find that it has run before: receipt, effect and answer in one transaction.

    Opens a transaction, or a savepoint inside the caller's. A domain error takes the effect back and is stored as the
    answer. Nothing is left behind by any other error.

    :raises Halted: when neither side accepts writes until `recover` has been run.
    :raises Fenced: when the gate, or a serialization failure, refused it; the caller's transaction is still usable.
    :raises KeyReused: when the key was used for another call.
    """
    using = setting("DATABASE")
    body = operation.encode_arguments(arguments)
    command_called.send(operation.facade, context=operation.context, operation=operation.name, using=using)
    try:
        with transaction.atomic(using=using):
            settled = receipt.take(
                using=using, context=operation.context, key=key, operation=operation.name, arguments=body
            )
            if settled is None:
                settled = _effect(operation, arguments, using)
                receipt.settle(using=using, context=operation.context, key=key, settled=settled)
            return settled
    except Exception as error:
        rejection = fence.rejection(error) if _is_from_database(error) else None
        if rejection is None:
            raise
        if rejection.halted:
            raise Halted(context=operation.context, reason=rejection.halted) from error
        raise Fenced(rejection) from error


def open_settled(operation: Operation[Any, Any], settled: Settled) -> Any:
    """The result, or the domain error raised as the class that declared it."""
    if not settled.is_error:
        return operation.decode_result(settled.answer)
    error = domain_error.decode(settled.answer, operation.raises)
    raise error if error is not None else DomainError()


def _effect(operation: Operation[Any, Any], arguments: dict[str, Any], using: str) -> Settled:
    method = getattr(implementation_of(operation.context), operation.name)
    try:
        with transaction.atomic(using=using):
            result = method(**arguments)
            return Settled(operation.encode_result(result), is_error=False)
    except operation.raises as error:
        return Settled(domain_error.encode(error), is_error=True)


def _is_from_database(error: BaseException) -> bool:
    return (
        isinstance(error, DjangoDatabaseError)
        or hasattr(error, "sqlstate")
        or hasattr(error.__cause__, "sqlstate")
    )
