"""Which remote calls are made while a transaction is open here?"""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from boundaries.facades.facade import Operation

log = logging.getLogger("boundaries.facades")

# (context, operation) → times since the start of the process; the control room and the metrics read it.
in_transaction_calls: Counter[tuple[str, str]] = Counter()


def warn_in_transaction(operation: Operation[Any, Any]) -> None:
    """Count a remote call that holds a transaction open, and log the first one of each operation."""
    name = (operation.context, operation.name)
    in_transaction_calls[name] += 1
    if in_transaction_calls[name] == 1:
        log.warning(
            "%s is a remote call inside transaction.atomic(): locks are held while it waits", operation
        )
