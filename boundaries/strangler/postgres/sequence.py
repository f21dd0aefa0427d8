"""How is a key never handed out twice?

At the switch every sequence of a moved table is set, on the side that is about to be opened, beyond whatever either
side has used. `setval` is not taken back by a rollback, which is harmless: it only ever goes up.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

GAP = 1_000

_OWNED = """
SELECT a.attname, format('%%I.%%I', n.nspname, s.relname)
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refobjid = %s::regclass AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass
"""


def advance(source: Connection, target: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """Set the target's sequences beyond the source's, with a gap; returns table.column → next value."""
    values: dict[str, int] = {}
    for table in [table for table in tables if not table.is_shared]:
        theirs = dict(_sequences(source, table))
        for column, name in _sequences(target, table):
            used = _last(source, theirs[column]) if column in theirs else 0
            needed = max(used, _highest(target, table, column), _last(target, name)) + GAP
            target.execute("SELECT setval(%s, %s)", [name, needed])
            values[f"{table.name}.{column}"] = needed + 1
    return values


def behind(source: Connection, tables: Sequence[Table]) -> list[str]:
    """Sequences of the source, the owner, that would hand out a key which is in use; empty when all is well."""
    wrong = []
    for table in [table for table in tables if not table.is_shared]:
        for column, name in _sequences(source, table):
            if _last(source, name) < _highest(source, table, column):
                wrong.append(f"{table.name}.{column}")
    return wrong


def _sequences(connection: Connection, table: Table) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(_OWNED, [table.qualified.as_string(connection)])]


def _last(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT coalesce(pg_sequence_last_value(%s::regclass), 0)", [name]).fetchone()
    return int(row[0]) if row else 0


def _highest(connection: Connection, table: Table, column: str) -> int:
    row = connection.execute(
        sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(sql.Identifier(column), table.qualified)
    ).fetchone()
    return int(row[0]) if row else 0
