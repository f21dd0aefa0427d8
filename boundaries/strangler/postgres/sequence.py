"""How is a key never handed out twice?

At the switch every sequence of a moved table is set, on the side that is about to be opened, beyond whatever either
side has used. `setval` is not taken back by a rollback, which is harmless: it only ever goes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

GAP = 1_000

# Those that a column owns, and those that a column's default draws from.
_FILLING = """
WITH filling AS (
    SELECT d.objid AS sequence, d.refobjid AS tbl, d.refobjsubid AS attnum FROM pg_depend d
    WHERE d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
)
SELECT a.attname, format('%%I.%%I', n.nspname, s.relname)
FROM filling JOIN pg_class s ON s.oid = filling.sequence AND s.relkind = 'S'
JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_attribute a ON a.attrelid = filling.tbl AND a.attnum = filling.attnum
WHERE filling.tbl = %s::regclass AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
"""
_BEYOND = """
(SELECT setval({name}, reached + least({gap}, (seqmax - reached) / 2))
 FROM (SELECT greatest({used}, {last}, (SELECT max({column}) FROM {table})) AS reached) AS used, pg_sequence
 WHERE seqrelid = {name}::regclass)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A column that a sequence fills, and the names of that sequence: the source's (None if it has none) and the target's."""

    table: Table
    column: str
    source: str | None
    target: str


def find(source: Connection, target: Connection, tables: Sequence[Table]) -> list[Counted]:
    """The columns whose sequences a switch has to set; looked up beforehand, so that it need not under its gate."""
    found = []
    for table in [table for table in tables if not table.is_shared]:
        theirs = dict(_sequences(source, table))
        found += [
            Counted(table, column, theirs.get(column), name) for column, name in _sequences(target, table)
        ]
    return found


def advance(source: Connection, target: Connection, columns: Sequence[Counted]) -> dict[str, int]:
    """Set the target's sequences beyond the source's, in one statement on each side.

    The gap is smaller where a sequence is near its end.

    Returns table.column → next value.
    """
    if not columns:
        return {}
    used = source.execute(
        sql.SQL("SELECT {}").format(_listed(_last_value(column.source) for column in columns))
    ).fetchone()
    assert used is not None
    reached = [
        sql.SQL(_BEYOND).format(
            name=sql.Literal(column.target), used=sql.Literal(last), last=_last_value(column.target),
            column=sql.Identifier(column.column), table=column.table.qualified, gap=sql.Literal(GAP),
        )
        for column, last in zip(columns, used, strict=True)
    ]  # fmt: skip
    values = target.execute(sql.SQL("SELECT {}").format(_listed(reached))).fetchone()
    assert values is not None
    return {
        f"{column.table.name}.{column.column}": value + 1
        for column, value in zip(columns, values, strict=True)
    }


def behind(source: Connection, tables: Sequence[Table]) -> list[str]:
    """Sequences of the source, the owner, that would hand out a key which is in use; empty when all is well."""
    wrong = []
    for table in [table for table in tables if not table.is_shared]:
        for column, name in _sequences(source, table):
            if _last(source, name) < _highest(source, table, column):
                wrong.append(f"{table.name}.{column}")
    return wrong


def _sequences(connection: Connection, table: Table) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(_FILLING, [table.qualified.as_string(connection)])]


def _last_value(name: str | None) -> sql.Composable:
    if name is None:
        return sql.SQL("0::bigint")
    return sql.SQL("coalesce(pg_sequence_last_value({}::regclass), 0)").format(sql.Literal(name))


def _listed(expressions: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(expressions)


def _last(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT coalesce(pg_sequence_last_value(%s::regclass), 0)", [name]).fetchone()
    return int(row[0]) if row else 0


def _highest(connection: Connection, table: Table, column: str) -> int:
    row = connection.execute(
        sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(sql.Identifier(column), table.qualified)
    ).fetchone()
    return int(row[0]) if row else 0
