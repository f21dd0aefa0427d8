"""Has a command with this key happened already?

The receipt is the first statement of a local command. It meets the gate before anything is read, and it commits
together with effect and answer; it moves with its context, so that a retry across a switch cannot happen twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connections

from boundaries.contexts.table import TableSpec, shared_rows
from boundaries.errors import BoundaryError

_INSERT = """
INSERT INTO boundaries_facades_receipt (context, key, operation, digest, answer, is_error, created_at)
VALUES (%s, %s, %s, %s, NULL, %s, CURRENT_TIMESTAMP) ON CONFLICT (context, key) DO NOTHING
"""
_SETTLE = "UPDATE boundaries_facades_receipt SET answer = %s, is_error = %s WHERE context = %s AND key = %s"
_FIND = "SELECT operation, digest, answer, is_error FROM boundaries_facades_receipt WHERE context = %s AND key = %s"


class KeyReused(BoundaryError):
    """Raised when an idempotency key comes again with another operation or other arguments."""

    code = "BD305"
    problem = "The key {key!r} of {context}.{operation} was used before for another call."
    remedy = "Use one key per intention; repeat a call only with the arguments of the first time."


class KeyInFlight(BoundaryError):
    """Raised when a command calls itself, in one transaction, with the key that it runs under."""

    code = "BD308"
    problem = "{context}.{operation} was called with the key {key!r} from inside the same command."
    remedy = "Give the inner command a key of its own."


@dataclass(frozen=True, slots=True)
class Settled:
    """What the command answered the first time, as JSON."""

    answer: bytes
    is_error: bool


def digest(arguments: bytes) -> str:
    """A fingerprint of the encoded arguments: 32 hexadecimal digits."""
    return hashlib.blake2b(arguments, digest_size=16).hexdigest()


def take(*, using: str, context: str, key: str, operation: str, arguments: bytes) -> Settled | None:
    """Write the receipt, or find the answer of the first time. Waits for a first time that is still under way.

    :raises KeyReused: when the key stands for another call.
    :raises KeyInFlight: when the first time is this very transaction.
    """
    mark = digest(arguments)
    with connections[using].cursor() as cursor:
        cursor.execute(_INSERT, [context, key, operation, mark, False])
        if cursor.rowcount == 1:
            return None
        cursor.execute(_FIND, [context, key])
        found_operation, found_mark, answer, is_error = cursor.fetchone()
    if (found_operation, found_mark) != (operation, mark):
        raise KeyReused(context=context, operation=operation, key=key)
    if answer is None:
        raise KeyInFlight(context=context, operation=operation, key=key)
    return Settled(answer.encode(), is_error)


def settle(*, using: str, context: str, key: str, settled: Settled) -> None:
    """Store the answer, in the transaction of the effect."""
    with connections[using].cursor() as cursor:
        cursor.execute(_SETTLE, [settled.answer.decode(), settled.is_error, context, key])


def receipt_rows(context: str) -> list[TableSpec]:
    """The receipts that move with `context`."""
    return [shared_rows("boundaries_facades_receipt", ("context", "key"), context)]
