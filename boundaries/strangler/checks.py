"""Does a pull request change tables of a moving context in an order that can be followed?

A service's own migrations have to know a column before the monolith's do: what is written is brought over at once. Only
files are read, so that it can be said in CI, where there is no database of the move; that a context is moving is what
the map says of it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.db.migrations.state import ProjectState

from boundaries.conf import setting
from boundaries.contexts.fields import Declared, declared_fields, describe, is_optional
from boundaries.contexts.map import Context, current_map
from boundaries.errors import BoundaryError
from boundaries.strangler.code.layout import HISTORY


@register()
def check_moving_migrations(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Each field of a moving context is in its service's migrations too, and the same.

    `migrate` gives `databases`: there it only warns, since what cannot be followed is held and the rest is to run.
    """
    if setting("SIDE") != "monolith":
        return []
    try:
        contexts = list(current_map().contexts.values())
    except BoundaryError:
        return []
    kind = Warning if databases else Error
    return [message for context in contexts for message in _check(context, kind)]


def _check(context: Context, kind: type[Error | Warning]) -> Iterator[CheckMessage]:
    folder = context.service.path / HISTORY if context.service else None
    if context.state != "moving" or folder is None or not folder.is_dir():
        return
    hint = (
        f"{context.name} is moving. Run `boundaries extract {context.name} scaffold`, which makes the same change in its "
        "service; release the service first, then the monolith. To drop a column, make it nullable in both, then drop it "
        "here first. Other changes wait until the move is complete."
    )
    for problem in compare_history(context.name, folder):
        yield kind(f"{problem}.", hint=hint, id="boundaries.BD574")


def compare_history(context: str, folder: Path) -> Iterator[str]:
    """What the models of a context and the migrations in its service's folder say differently, in words."""
    theirs = _read_history(folder)
    for label, ours in declared_fields(context).items():
        if label not in theirs:
            yield f"{label} is not in the service's migrations"
            continue
        for name in sorted(ours.keys() | theirs[label].keys()):
            yield from _compare(f"{label}.{name}", ours.get(name), theirs[label].get(name))


def _compare(place: str, ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> Iterator[str]:
    if theirs is None:
        yield f"{place} is not in the service's migrations"
    elif ours is None:
        if not is_optional(theirs):
            yield f"{place} is gone, and in the service's migrations it must have a value"
    elif ours != theirs:
        yield f"{place} is another column in the service's migrations"


def _read_history(folder: Path) -> dict[str, Declared]:
    """The fields after all of the service's migrations, in the order of their names."""
    state = ProjectState()
    for path in sorted(folder.glob("*/[0-9]*.py"), key=lambda path: (path.stem, path.parent.name)):
        spec = importlib.util.spec_from_file_location(f"{HISTORY}.{path.parent.name}.{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for operation in module.Migration.operations:
            operation.state_forwards(path.parent.name, state)
    return {f"{label}.{name}": describe(model) for (label, name), model in state.models.items()}
