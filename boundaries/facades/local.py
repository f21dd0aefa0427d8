"""Who implements a facade in this process?"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError


class NoImplementation(BoundaryError):
    """Raised when a context should answer here, but the map names no class that does."""

    code = "BD303"
    problem = "{context} has no implementation here: {reason}."
    remedy = 'Set `implementation = "package.module:Class"` for {context} in the context map.'


@cache
def implementation_of(context: str) -> Any:
    """The one instance that answers for `context` in this process.

    :raises NoImplementation: when the map names none, or it cannot be imported.
    """
    dotted = current_map().context(context).implementation
    if not dotted:
        raise NoImplementation(context=context, reason="the map names none")
    module, _, name = dotted.partition(":")
    try:
        return getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError) as error:
        raise NoImplementation(context=context, reason=str(error)) from error


def lives_here(context: str) -> bool:
    """Whether this deployable was built to hold `context`, whoever owns the writes at the moment."""
    side = setting("SIDE")
    if side != "monolith":
        return bool(side == context)
    return current_map().context(context).state != "outside"
