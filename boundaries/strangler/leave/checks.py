"""Is a context that leaves still safe from Django's own commands?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.strangler.leave.history import History, labels_of
from boundaries.strangler.leave.migration import LEAVES, find


@register()
def check_leaving(**_kwargs: Any) -> list[CheckMessage]:
    """The models of a context on its way out are there, or a leave-migration is.

    Otherwise `makemigrations` would write one that drops its tables; an error here keeps it from running.
    """
    try:
        names = [context.name for context in current_map().contexts.values() if context.state != "inside"]
    except BoundaryError:
        return []
    return [message for name in names for message in _check_context(name)]


def _check_context(context: str) -> Iterator[CheckMessage]:
    history = History()
    state = history.loader.project_state()
    for label, claimed in labels_of(context).items():
        if label not in history.loader.migrated_apps or find(history, context, label, LEAVES):
            continue
        known = {model._meta.model_name for model in apps.get_app_config(label).get_models()}
        wanted = {name.lower() for name in claimed} if claimed is not None else None
        recorded = {name for app, name in state.models if app == label and (wanted is None or name in wanted)}
        if gone := sorted(recorded - known):
            yield Error(
                f"{context} is leaving, and models of {label} are gone without a leave-migration: {', '.join(gone)}.",
                hint=f"`makemigrations` would drop their tables. Put them back, then run `boundaries extract {context} complete --write`.",
                id="boundaries.BD863",
            )
