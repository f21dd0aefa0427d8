"""What has to be known about a context before its extraction can be judged?

Values only; who finds them is in `models`, `catalogue` and `gather`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

RelationKind = Literal["relation", "inheritance", "proxy", "generic", "content type"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the project; `path` is relative to the root, `line` 1-based; both None where nobody knows."""

    path: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.path else ""


@dataclass(frozen=True, slots=True)
class Relation:
    """One field or base class that ties a model of this context to one elsewhere, in either direction.

    A context is None where the model belongs to nobody in the map (Django's own, a third-party app's). `field` is
    Django's name of the kind of field, `on_delete` that of what follows a deletion, `to_field` a key other than the
    primary one, `through` the model of a many-to-many table that the project itself declares, `accessor` the name back.
    """

    kind: RelationKind
    source: str
    target: str
    source_context: str | None
    target_context: str | None
    place: Place
    field: str = "ForeignKey"
    on_delete: str = ""
    to_field: str = ""
    through: str = ""
    accessor: str = ""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model of the context. `app_context` is the context of the app that it is registered in."""

    label: str
    table: str
    managed: bool
    app_context: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """One foreign key constraint in the database; actions as SQL says them: `NO ACTION`, `CASCADE` …"""

    name: str
    table: str
    target: str
    deferrable: bool
    on_delete: str
    on_update: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is PostgreSQL's: b base, d domain, e enum, c composite, r range, m multirange.

    `is_core` is false for a type that an extension or the project itself brought in.
    """

    name: str
    type: str
    kind: str = "b"
    is_core: bool = True


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table as the database has it.

    `relation_kind` is PostgreSQL's: r table, p partitioned (with `foreign_parts` on other servers), v view, m materialized view, f foreign table.
    `unvalidated` are constraints that rows of before need not meet; `odd_sequences` go down, or begin again.
    """

    name: str
    relation_kind: str
    rows: int
    bytes: int
    key: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    unvalidated: tuple[str, ...] = ()
    odd_sequences: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    has_row_security: bool = False
    inherits: tuple[str, ...] = ()
    schema: str = "public"
    is_unlogged: bool = False
    foreign_parts: tuple[str, ...] = ()
    oid: int = 0


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """One table, or the rows of one, that will move; `stored` is None when the database did not show it."""

    table: str
    key: tuple[str, ...]
    where: str | None
    gate: str
    model: str | None = None
    stored: StoredTable | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """One coupling between this context and another, as the lint found it; `rule` is the code that it breaks."""

    kind: str
    place: Place
    source_context: str
    target_context: str
    source: str
    target: str
    breaks_rule: bool
    through_door: bool = False
    detail: str = ""
    rule: str = ""

    @property
    def is_in_migration(self) -> bool:
        """Whether it is history: it has run already, and is looked at again when the code is taken out."""
        return "/migrations/" in f"/{self.place.path or ''}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One import that the service could not satisfy, and why."""

    place: Place
    module: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """The code that moves; `borrowed` are modules of other contexts that the service needs a copy of."""

    packages: tuple[str, ...] = ()
    files: int = 0
    lines: int = 0
    test_files: int = 0
    borrowed: tuple[str, ...] = ()
    tests_left: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    operations_in_migrations: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing beside tables and modules that moves, or that stays elsewhere and depends on what moves."""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class HeldCall:
    """One call between contexts inside a transaction; `evidence` is `static` or `runtime`."""

    place: Place
    source_context: str
    target_context: str
    name: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the map says of the context that the move depends on; `says_calls` unless `calls` is absent."""

    facade: str | None
    implementation: str | None
    claims_models: tuple[str, ...]
    has_service: bool
    service_url: str | None
    service_database: str | None
    problems: tuple[str, ...] = ()
    says_calls: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One role, view, function, server, publication, slot or replica that touches the tables, and how."""

    kind: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Whether the database was asked: `problem` is empty when it answered, `missing` names absent tables.

    `version` is the server's own word, `neighbours` are those who touch the tables beside the application.
    """

    vendor: str
    problem: str = ""
    missing: tuple[str, ...] = ()
    version: str = ""
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the plan of one context is made of.

    `items` move with it, `dependents` stay and mean it, `owners` are those of all contexts in the map.
    `known_keys` are the pairs (table, target table) of foreign keys that the models declare. `evidence` says who told
    of the models: Django itself, or the source alone.
    """

    context: str
    declaration: Declaration
    database: DatabaseFacts
    models: tuple[ModelFacts, ...] = ()
    tables: tuple[PlannedTable, ...] = ()
    relations: tuple[Relation, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    known_keys: frozenset[tuple[str, str]] = frozenset()
    evidence: Literal["models", "source"] = "models"
    user_model: str = ""
    code: CodeFacts = field(default_factory=CodeFacts)
    items: tuple[Item, ...] = ()
    dependents: tuple[Item, ...] = ()
    held_calls: tuple[HeldCall, ...] = ()
    owners: Mapping[str, str | None] = field(default_factory=dict)
    measured_rates: Mapping[str, int] = field(default_factory=dict)
    unresolved: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
