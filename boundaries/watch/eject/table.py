"""What does a room of the kit keep in the project's database?"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connections
from django.db.models import QuerySet

from boundaries.conf import setting


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a room, and how many rows it has."""

    name: str
    rows: int


def tables_of(room: str) -> list[Table]:
    """The tables of one room in this process's database; empty for a room that is not installed."""
    if not apps.is_installed(f"boundaries.{room}"):
        return []
    using = setting("DATABASE")
    present = set(connections[using].introspection.table_names())
    return [
        Table(model._meta.db_table, QuerySet(model, using=using).count())
        for model in apps.get_app_config(f"boundaries_{room}").get_models()
        if model._meta.db_table in present
    ]
