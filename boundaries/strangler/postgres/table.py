"""What does a moved table look like in the catalogue?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from psycopg import sql

from boundaries.contexts.table import TableSpec
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '',
       coalesce(CASE WHEN c.collname <> 'default' THEN c.collname END, ''), a.attidentity = 'a', coalesce(c.collisdeterministic, true),
       a.atthasdef OR a.attidentity <> ''
FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname
"""
# Whatever the index looks at: its columns, and those of its expressions and its condition.
_UNIQUE = """
SELECT array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (
           a.attnum = ANY (i.indkey::int2[]) OR EXISTS (
               SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
               AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
       ORDER BY a.attname)
FROM pg_index i WHERE i.indrelid = to_regclass(%s) AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary
ORDER BY i.indexrelid::regclass::text
"""
_PRIMARY = """
SELECT a.attname, i.indimmediate AND NOT i.indisexclusion
FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
JOIN pg_attribute a ON a.attnum = k.attnum
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary AND a.attrelid = i.indrelid AND k.position <= i.indnkeyatts
ORDER BY k.position
"""
_NAME = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(%s)
"""
_PARTITION_KEY = "SELECT pg_get_partkeydef(to_regclass(%s))"
_PARTITIONS = """
SELECT n.nspname, c.relname, pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid)
FROM pg_partition_tree(to_regclass(%s)) t
JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = t.parentrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE t.level > 0 ORDER BY t.level, c.relname
"""
# Two keys of these types are equal only if they are written alike, and every session writes them alike.
_PLAIN = frozenset({"smallint", "integer", "bigint", "uuid", "boolean", "text", "character varying"})


class TableMissing(BoundaryError):
    """Raised when a table that should move does not exist on one side."""

    code = "BD508"
    problem = "The table {table!r} of {context} does not exist in the {side} database."
    remedy = "Run the migrations of that side, then the same command again."


class KeyUnlike(BoundaryError):
    """Raised when a table's primary key is not the one that its model declares, or is missing."""

    code = "BD509"
    problem = "The primary key of {table!r} is {found}, but its model says {expected}."
    remedy = "Rows are moved by primary key; give the table the key that the model declares."


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalogue has it; `type` is what `format_type` says."""

    name: str
    type: str
    not_null: bool
    is_generated: bool
    collation: str
    is_always_identity: bool = field(default=False, compare=False)
    has_plain_collation: bool = field(default=True, compare=False)
    has_default: bool = field(default=False, compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether equal values are the same value, written the same way by every session."""
        return self.has_plain_collation and self.type.partition("(")[0] in _PLAIN

    @property
    def is_optional(self) -> bool:
        """Whether a row can be inserted that does not name it."""
        return self.has_default or self.is_generated or not self.not_null

    def say(self) -> str:
        """Its type and what else is compared, in words."""
        parts = [self.type, "not null" if self.not_null else "null"]
        parts += ["generated"] if self.is_generated else []
        parts += [f"collation {self.collation}"] if self.collation else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a table, at whatever depth; `key` is how it is partitioned itself, or None for a leaf."""

    schema: str
    name: str
    parent: tuple[str, str]
    bound: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a move as it is on one side: its spec, its place, its columns by name.

    `unique_sets` are the columns that each unique index or exclusion, but the key's, looks at. `has_arbiter` tells
    whether an upsert can go by the key: not if that is deferrable, or an exclusion itself.
    """

    spec: TableSpec
    schema: str
    relation: str
    columns: tuple[Column, ...]
    unique_sets: tuple[tuple[str, ...], ...]
    has_arbiter: bool
    partition_key: str | None = None
    partitions: tuple[Partition, ...] = ()

    @property
    def places(self) -> tuple[sql.Identifier, ...]:
        """What a statement can aim at: the table, and each partition, whose writers pass by the table's triggers."""
        return self.qualified, *(sql.Identifier(part.schema, part.name) for part in self.partitions)

    @property
    def name(self) -> str:
        """The bare name, under which the log knows it."""
        return self.spec.table

    @property
    def qualified(self) -> sql.Identifier:
        """Schema and name, quoted."""
        return sql.Identifier(self.schema, self.relation)

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns that are copied, in order of name: all but the generated ones."""
        return tuple(column.name for column in self.columns if not column.is_generated)

    @property
    def updated(self) -> tuple[str, ...]:
        """The columns that can be set in a row that is there: not the key, nor an identity that is always generated."""
        fixed = {column.name for column in self.columns if column.is_always_identity} | set(self.spec.key)
        return tuple(name for name in self.copied if name not in fixed)

    @property
    def telling_sets(self) -> tuple[tuple[str, ...], ...]:
        """The sets of columns of which a change makes a row another one: it is deleted and inserted, not updated."""
        copied = set(self.copied)
        unique = [columns if copied.issuperset(columns) else self.copied for columns in self.unique_sets]
        fixed = [(column.name,) for column in self.columns if column.is_always_identity]
        return tuple(dict.fromkeys([*unique, *fixed, *([] if self.has_plain_key else [self.spec.key])]))

    @property
    def has_plain_key(self) -> bool:
        """Whether two keys that are equal are the same, written the same way."""
        return all(column.is_plain for column in self.columns if column.name in self.spec.key)

    @property
    def is_shared(self) -> bool:
        """Whether other contexts keep rows in it too."""
        return self.spec.where is not None

    @property
    def condition(self) -> sql.Composable:
        """The rows that belong to the context, as an SQL condition."""
        return sql.SQL(f"({self.spec.where})") if self.spec.where else sql.SQL("true")

    @property
    def key_types(self) -> tuple[str, ...]:
        """The types of the key's columns, in the key's order."""
        types = {column.name: column.type for column in self.columns}
        return tuple(types[name] for name in self.spec.key)

    @property
    def digest(self) -> str:
        """A short name for the kit's own objects about this table, free of the length limit of identifiers."""
        return _shorten(f"{self.schema}.{self.name}")

    @property
    def stage(self) -> str:
        """The like for temporary tables of its rows, which have its columns."""
        return _shorten(f"{self.schema}.{self.name} {self.columns}")

    def key_columns(self, alias: str | None = None) -> sql.Composable:
        """The key's columns, comma-separated, behind an alias where one is given."""
        return identifiers(self.spec.key, alias)

    def key_array(self, alias: str) -> sql.Composable:
        """The key as the log stores it: an array of text."""
        parts = [sql.SQL("{}::pg_catalog.text").format(sql.Identifier(alias, name)) for name in self.spec.key]
        return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(parts))

    def key_from_array(self, array: sql.Composable) -> sql.Composable:
        """The log's array of text as typed values, comma-separated."""
        parts = [
            sql.SQL("({}[{}])::{}").format(array, sql.Literal(position), sql.SQL(kind))
            for position, kind in enumerate(self.key_types, start=1)
        ]
        return sql.SQL(", ").join(parts)

    def key_literals(self, values: Sequence[str]) -> sql.Composable:
        """Key values given as text, as typed literals, comma-separated."""
        parts = [
            sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))
            for value, kind in zip(values, self.key_types, strict=True)
        ]
        return sql.SQL(", ").join(parts)


Part = TypeVar("Part", Column, Partition)


def pair(left: Iterable[Part], right: Iterable[Part]) -> Iterator[tuple[str, Part | None, Part | None]]:
    """Each name of either side, in order, with what both sides have under it."""
    ours, theirs = ({part.name: part for part in side} for side in (left, right))
    for name in sorted(ours.keys() | theirs.keys()):
        yield name, ours.get(name), theirs.get(name)


def _shorten(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def identifiers(names: Iterable[str], alias: str | None = None) -> sql.Composable:
    """Quoted column names, comma-separated, behind an alias where one is given."""
    parts = [sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)


def read_tables(
    connection: Connection, specs: Iterable[TableSpec], *, context: str, side: str
) -> list[Table]:
    """The tables of a move as this database has them.

    :raises TableMissing: when one does not exist here.
    :raises KeyUnlike: when a primary key is missing or another one.
    """
    return [_read(connection, spec, context, side) for spec in specs]


def read_columns(connection: Connection, name: str) -> tuple[Column, ...]:
    """The columns of one table, by the name that SQL knows it by; none if it does not exist."""
    return tuple(Column(*row) for row in connection.execute(_COLUMNS, [name]))


def _read(connection: Connection, spec: TableSpec, context: str, side: str) -> Table:
    place = connection.execute(_NAME, [spec.quoted]).fetchone()
    if place is None:
        raise TableMissing(table=spec.table, context=context, side=side)
    primary = connection.execute(_PRIMARY, [spec.quoted]).fetchall()
    key = tuple(name for name, _ in primary)
    if key != spec.key:
        raise KeyUnlike(table=spec.table, found=", ".join(key) or "missing", expected=", ".join(spec.key))
    columns = read_columns(connection, spec.quoted)
    unique = tuple(tuple(row[0]) for row in connection.execute(_UNIQUE, [spec.quoted]))
    has_arbiter = all(is_arbiter for _, is_arbiter in primary)
    partitioned = connection.execute(_PARTITION_KEY, [spec.quoted]).fetchone()
    partitions = tuple(
        Partition(schema, name, (parent_schema, parent), bound, inner)
        for schema, name, parent_schema, parent, bound, inner in connection.execute(
            _PARTITIONS, [spec.quoted]
        )
    )
    return Table(
        spec,
        place[0],
        place[1],
        columns,
        unique,
        has_arbiter,
        partitioned[0] if partitioned else None,
        partitions,
    )
