"""What does a moved table look like in the catalogue?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from boundaries.contexts.table import TableSpec
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '',
       coalesce((SELECT collname FROM pg_collation c WHERE c.oid = a.attcollation AND c.collname <> 'default'), '')
FROM pg_attribute a WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname
"""
_UNIQUE = """
SELECT array(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.position)
FROM pg_index i WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND NOT i.indisprimary AND i.indexprs IS NULL
ORDER BY i.indexrelid::regclass::text
"""
_PRIMARY = """
SELECT a.attname FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
JOIN pg_attribute a ON a.attnum = k.attnum
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.position
"""
_SCHEMA = "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(%s)"


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


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a move as it is on one side: its spec, schema, columns by name, and other unique sets of columns."""

    spec: TableSpec
    schema: str
    columns: tuple[Column, ...]
    unique_sets: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The bare name, under which the log knows it."""
        return self.spec.table

    @property
    def qualified(self) -> sql.Identifier:
        """Schema and name, quoted."""
        return sql.Identifier(self.schema, self.spec.table)

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns that are copied, in order of name: all but the generated ones."""
        return tuple(column.name for column in self.columns if not column.is_generated)

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
        return hashlib.blake2b(f"{self.schema}.{self.name}".encode(), digest_size=4).hexdigest()

    def key_columns(self, alias: str | None = None) -> sql.Composable:
        """The key's columns, comma-separated, behind an alias where one is given."""
        return identifiers(self.spec.key, alias)

    def key_array(self, alias: str) -> sql.Composable:
        """The key as the log stores it: an array of text."""
        parts = [sql.SQL("{}::text").format(sql.Identifier(alias, name)) for name in self.spec.key]
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


def _read(connection: Connection, spec: TableSpec, context: str, side: str) -> Table:
    quoted = '"' + spec.table.replace('"', '""') + '"'
    schema = connection.execute(_SCHEMA, [quoted]).fetchone()
    if schema is None:
        raise TableMissing(table=spec.table, context=context, side=side)
    key = tuple(row[0] for row in connection.execute(_PRIMARY, [quoted]))
    if key != spec.key:
        raise KeyUnlike(table=spec.table, found=", ".join(key) or "missing", expected=", ".join(spec.key))
    columns = tuple(Column(*row) for row in connection.execute(_COLUMNS, [quoted]))
    unique = tuple(tuple(row[0]) for row in connection.execute(_UNIQUE, [quoted]))
    return Table(spec=spec, schema=schema[0], columns=columns, unique_sets=unique)
