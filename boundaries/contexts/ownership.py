"""Which context owns a running project's models and tables?"""

from __future__ import annotations

from typing import cast

from django.apps import apps
from django.db.models import Model

from boundaries.contexts.map import current_map


def context_of_model(model: type[Model]) -> str | None:
    """The context of a model class: by label where the map claims it under `models`, else by its module.

    An automatic many-to-many table belongs to the model that declares the field.
    """
    # The stubs say bool; Django stores the declaring class here.
    declaring = cast("type[Model] | None", model._meta.auto_created) or model
    context_map = current_map()
    claimed = context_map.context_of_model_label(declaring._meta.label)
    return claimed or context_map.context_of_module(declaring.__module__)


def models_of(context: str) -> list[type[Model]]:
    """The concrete models of a context, sorted by label: managed or not, with automatic many-to-many tables.

    Proxies and swapped-out models are left out: they have no table of their own.

    :raises UnknownContext: when the map does not declare it.
    """
    current_map().context(context)
    owned = [
        model
        for model in apps.get_models(include_auto_created=True, include_swapped=False)
        if not model._meta.proxy and context_of_model(model) == context
    ]
    return sorted(owned, key=lambda model: model._meta.label)


def context_of_table(table: str) -> str | None:
    """The context whose model lies in that table; None for a table of nobody."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table and not model._meta.proxy:
            return context_of_model(model)
    return None
