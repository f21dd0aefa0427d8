"""Which rows move with a context?

The unit of a move is a `TableSpec`, never a bare table: the kit's own tables are shared by all contexts, and one
giant app may be split between several, so a spec may carry a condition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Model

from boundaries.contexts import ownership

Gate = Literal["statement", "row"]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Rows of one table that belong to one context.

    `key` names the primary key's columns in order. `where` is an SQL condition over the table's own columns, or None
    for the whole table. `gate` says how writers are stopped: once per statement, or per row where `where` is set,
    since a statement trigger would stop the other contexts' writers too.
    """

    table: str
    key: tuple[str, ...]
    where: str | None = None
    gate: Gate = "statement"

    @property
    def quoted(self) -> str:
        """The name as Django writes it into SQL; `shop"."bill`, its way of naming a schema, becomes two parts."""
        return self.table if self.table.startswith('"') else f'"{self.table}"'


Provider = Callable[[str], list[TableSpec]]

_providers: list[Provider] = []


def register_shared_tables(provider: Provider) -> None:
    """Let a room name the rows of its own tables that move with a context. Call it in `AppConfig.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def tables_of(context: str) -> list[TableSpec]:
    """Every spec of `context`: the tables of its models, then the shared ones, in a stable order."""
    models = ownership.models_of(context)
    own = [_spec_of_model(model) for model in models if model._meta.managed and not model._meta.proxy]
    shared = [spec for provider in _providers for spec in provider(context)]
    return sorted(own, key=lambda spec: spec.table) + sorted(shared, key=lambda spec: spec.table)


def shared_rows(table: str, key: tuple[str, ...], context: str) -> TableSpec:
    """The rows of a shared kit table that belong to `context`, known by its column of that name."""
    literal = context.replace("'", "''")
    return TableSpec(table=table, key=key, where=f"context = '{literal}'", gate="row")


def _spec_of_model(model: type[Model]) -> TableSpec:
    meta = model._meta
    return TableSpec(table=meta.db_table, key=tuple(str(field.column) for field in meta.pk_fields))
