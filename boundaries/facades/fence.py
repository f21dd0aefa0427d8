"""How does a rejected writer learn that it was the fence?

The gate in the database raises SQLSTATE `MG001` with `{"context", "epoch"}` as JSON in its DETAIL. Django wraps it in a
plain `DatabaseError`; `cursor.copy()` lets the driver's own error through. A serialization failure (40001) is what a
REPEATABLE READ writer gets instead, and means the same: look again who owns the context. `MG002`, with `"halted"` in
the DETAIL, says that no side is: one of them was restored or failed over.
"""

from __future__ import annotations

import json
from typing import NamedTuple

MOVED = "MG001"
HALTED = "MG002"
SERIALIZATION_FAILURE = "40001"


class Rejection(NamedTuple):
    """What the gate said: the context, its epoch as this side knows it (None from a 40001), and why it was halted."""

    context: str | None
    epoch: int | None
    halted: str = ""


def rejection(error: BaseException) -> Rejection | None:
    """The gate's word behind a database error, or None if it was some other trouble.

    Looks at the error and at what caused it, so that it does not matter whether Django has wrapped it.
    """
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "sqlstate", None)
        if state in (MOVED, HALTED):
            return _decode(cause)
        if state == SERIALIZATION_FAILURE:
            return Rejection(None, None)
        cause = cause.__cause__
    return None


def _decode(error: BaseException) -> Rejection:
    diagnostics = getattr(error, "diag", None)
    detail = json.loads(getattr(diagnostics, "message_detail", None) or "{}")
    return Rejection(detail.get("context"), detail.get("epoch"), detail.get("halted", ""))
