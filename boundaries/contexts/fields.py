"""What do a context's models say of the columns of its tables, in a form that can be kept and compared?"""

from __future__ import annotations

from typing import Any

from django.db.migrations.state import ModelState

from boundaries.contexts.ownership import models_of

# What of a field's declaration, beside its class, makes its column another one.
_OF_THE_COLUMN = ("null", "max_length", "max_digits", "decimal_places", "db_column", "db_collation")

Declared = dict[str, dict[str, Any]]


def declared_fields(context: str) -> dict[str, Declared]:
    """The fields of every model of a context that has a table of its own, by label in lower case."""
    return {
        model._meta.label_lower: describe(ModelState.from_model(model))
        for model in models_of(context)
        if model._meta.managed and not model._meta.auto_created
    }


def describe(model: ModelState) -> Declared:
    """The fields of one model: class, and what else makes the column; a JSON-ready value."""
    return {name: _describe(field) for name, field in model.fields.items()}


def _describe(field: Any) -> dict[str, Any]:
    _, path, _, options = field.deconstruct()
    kept = {name: options[name] for name in _OF_THE_COLUMN if options.get(name) not in (None, False)}
    return {"class": path, **kept, **({"has_default": True} if "db_default" in options else {})}


def is_optional(field: dict[str, Any]) -> bool:
    """Whether a row can be inserted that does not name the column."""
    return bool(field.get("null") or field.get("has_default"))
