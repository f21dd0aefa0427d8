"""What keeps the data of a context that is leaving from being dropped by Django's own commands?

Somebody who deletes its models gets a migration that drops its tables from `makemigrations`; somebody who cleans up
content types would delete those of its models, and with them permissions and the admin's history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.migrations.migration import Migration
from django.db.migrations.operations import CreateModel, DeleteModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.models import Model
from django.db.models.signals import pre_delete, pre_migrate

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.strangler.leave.history import labels_of
from boundaries.strangler.models import Extraction, Wanted


class TablesWouldBeDropped(BoundaryError):
    """Raised when `migrate` is about to drop a table of a context that is on its way out; nothing has been run."""

    code = "BD862"
    problem = "{migration} would drop the table of {label}.{model}, which belongs to {context}: it is leaving, and its rows are needed."
    remedy = "Delete that migration; `boundaries extract {context} complete --write` writes one that keeps the rows."


class ContentTypeKept(BoundaryError):
    """Raised when the content type of a model that has left is about to be deleted."""

    code = "BD865"
    problem = (
        "The content type {label}.{model} belongs to {context}, which has left: with it would go its permissions, and the "
        "history of its rows in the admin."
    )
    remedy = "Leave it where it is; remove_stale_contenttypes can be run for other apps by hand."


def protect(config: AppConfig) -> None:
    """Connect the guards; call it in `ready()`."""
    pre_migrate.connect(_refuse_to_drop, sender=config, dispatch_uid="boundaries leave")
    if apps.is_installed("django.contrib.contenttypes"):
        from django.contrib.contenttypes.models import ContentType

        pre_delete.connect(_keep_content_type, sender=ContentType, dispatch_uid="boundaries leave")


def _refuse_to_drop(*, using: str, plan: list[tuple[Migration, bool]], **_kwargs: Any) -> None:
    """Before anything of a `migrate` is run.

    :raises TablesWouldBeDropped: naming the migration.
    """
    leaving = _leaving(using)
    for migration, is_backwards in plan if leaving else ():
        for operation in _on_database(migration.operations):
            name = _dropped(operation, is_backwards=is_backwards)
            context = leaving.get((migration.app_label, name)) or leaving.get((migration.app_label, "*"))
            if name and context:
                raise TablesWouldBeDropped(
                    migration=f"{migration.app_label}.{migration.name}", label=migration.app_label, model=name, context=context
                )  # fmt: skip


def _leaving(using: str) -> dict[tuple[str, str], str]:
    """(label, model or "*") → context, for those that are followed or have left, as this database says."""
    connection = connections[using]
    table = Extraction._meta.db_table
    if using != setting("DATABASE") or table not in connection.introspection.table_names():
        return {}
    under_way = Extraction.objects.using(using).exclude(wanted=Wanted.STOPPED, reached__in=_STILL_HERE)
    return {
        (label, name.lower()): extraction.context
        for extraction in under_way
        if extraction.context in current_map().contexts
        for label, names in labels_of(extraction.context).items()
        for name in (names or ["*"])
    }


_STILL_HERE = ("", "plan", "scaffold", "provision")


def _on_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Operations that change the database, not only what Django thinks of it."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _on_database(operation.database_operations)
        else:
            yield operation


def _dropped(operation: Operation, *, is_backwards: bool) -> str:
    kind = CreateModel if is_backwards else DeleteModel
    return operation.name.lower() if isinstance(operation, kind) else ""


def _keep_content_type(*, instance: Model, **_kwargs: Any) -> None:
    label, model = getattr(instance, "app_label", ""), getattr(instance, "model", "")
    for context in current_map().contexts.values():
        if context.state != "outside":
            continue
        names = labels_of(context.name).get(label, [])
        if names is None or model in [name.lower() for name in names]:
            raise ContentTypeKept(label=label, model=model, context=context.name)
