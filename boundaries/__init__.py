"""Extract bounded contexts from a Django monolith, one at a time, online, with a way back.

Six rooms, in reading order, each answering one question; a room imports only rooms to its left:

    contexts      DECLARE   whose is this?
    enforcement   CHECK     is this allowed?
    facades       CALL      what is the answer?
    messaging     TELL      what happened?
    strangler     MOVE      where does it live?
    watch         WATCH     how is it going?
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boundaries.contexts.table import TableSpec as TableSpec
    from boundaries.errors import BoundaryError as BoundaryError
    from boundaries.facades.domain_error import DomainError as DomainError
    from boundaries.facades.facade import Facade as Facade
    from boundaries.facades.facade import command as command
    from boundaries.facades.facade import ignoring as ignoring
    from boundaries.facades.facade import query as query
    from boundaries.facades.reference import Reference as Reference
    from boundaries.messaging.consumer import consumer as consumer
    from boundaries.messaging.deletion import announces_deletion as announces_deletion
    from boundaries.messaging.event import event as event
    from boundaries.messaging.publish import publish as publish
    from boundaries.messaging.saga import Saga as Saga
    from boundaries.messaging.saga import step as step

# Resolved on first use, so that a lint run loads no Django and a service loads no linter.
_PUBLIC = {
    "BoundaryError": "boundaries.errors",
    "TableSpec": "boundaries.contexts.table",
    "DomainError": "boundaries.facades.domain_error",
    "Facade": "boundaries.facades.facade",
    "command": "boundaries.facades.facade",
    "ignoring": "boundaries.facades.facade",
    "query": "boundaries.facades.facade",
    "Reference": "boundaries.facades.reference",
    "announces_deletion": "boundaries.messaging.deletion",
    "consumer": "boundaries.messaging.consumer",
    "event": "boundaries.messaging.event",
    "publish": "boundaries.messaging.publish",
    "Saga": "boundaries.messaging.saga",
    "step": "boundaries.messaging.saga",
}

__version__ = "0.1.0"
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'boundaries' has no attribute {name!r}")
    return getattr(_import_module(_PUBLIC[name]), name)
