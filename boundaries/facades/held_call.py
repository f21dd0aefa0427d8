"""Which calls are made while the caller holds a transaction open, and where in the code?

A command inside the caller's transaction works as long as its context lives here, and is refused from the moment when
it does not: a switch must know of it beforehand. A remote query there works, and holds locks while it waits.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.facades.facade import Operation
from boundaries.facades.models import HeldCall

log = logging.getLogger("boundaries.facades")

_OURS = str(Path(__file__).resolve().parents[1]) + "/"
_MOST_PLACES = 1_000

_lock = threading.Lock()
_pending: Counter[tuple[str, str, str, str]] = Counter()
_told: set[tuple[str, str]] = set()


def note(operation: Operation[Any, Any]) -> None:
    """Count a call under its place; the background thread stores the counts, never the caller's transaction."""
    caller = _caller()
    if (
        caller is None
        or current_map().context_of_module(caller.f_globals.get("__name__", "")) == operation.context
    ):
        return
    place = f"{_relative(caller.f_code.co_filename)}:{caller.f_lineno}"
    with _lock:
        if len(_pending) < _MOST_PLACES:
            _pending[operation.context, operation.name, operation.kind, place] += 1


def warn(operation: Operation[Any, Any]) -> None:
    """Count a remote call as well, and log the first one of each operation."""
    note(operation)
    name = (operation.context, operation.name)
    if name not in _told:
        _told.add(name)
        log.warning(
            "%s is a remote call inside transaction.atomic(): locks are held while it waits", operation
        )


def flush() -> None:
    """Store what was counted since the last time."""
    with _lock:
        pending = dict(_pending)
        _pending.clear()
    table = HeldCall.objects.using(setting("DATABASE"))
    for (context, operation, kind, place), count in pending.items():
        found = table.filter(context=context, operation=operation, place=place)
        if not found.update(count=F("count") + count, last_at=Now()):
            table.get_or_create(
                context=context,
                operation=operation,
                place=place,
                defaults={"kind": kind, "count": count, "last_at": Now()},
            )


def recent_commands(context: str) -> list[HeldCall]:
    """The places that called a command so within HELD_CALL_SECONDS, the most frequent first."""
    # By the database's clock on both ends: callers may run on machines whose clocks are wrong.
    since = Now() - timedelta(seconds=setting("HELD_CALL_SECONDS"))
    recent = HeldCall.objects.using(setting("DATABASE")).filter(
        context=context, kind="command", last_at__gte=since
    )
    return list(recent.order_by("-count", "place"))


def _caller() -> FrameType | None:
    """The innermost frame that is not the kit's."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return frame


def _relative(path: str) -> str:
    root = str(current_map().root) + "/"
    return path.removeprefix(root)
