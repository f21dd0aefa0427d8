"""Which rows of the messaging move with a context?

The inbox and the sagas do: they say what a context has done already, wherever it lives. Events and deliveries
stay where they were published; the relay there sends on what is still due.
"""

from __future__ import annotations

from boundaries.contexts.table import TableSpec, shared_rows
from boundaries.messaging.models import InboxMessage, SagaInstance, SagaStep


def messaging_rows(context: str) -> list[TableSpec]:
    """The specs of the inbox and the sagas of `context`."""
    return [
        shared_rows(table=model._meta.db_table, key=("id",), context=context)
        for model in (InboxMessage, SagaInstance, SagaStep)
    ]
