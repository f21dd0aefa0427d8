"""How does a partitioned table get the same partitions on the other side?

Partitions are data, not schema: they come and go while a context moves. The service's own migrations make a plain
table, since Django knows no other; before the first row it is made again with the source's partition key.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import run_briefly
from boundaries.strangler.postgres.table import Partition, Table

# All that has to be said again, keys first and foreign keys last, those of other tables included.
_AGAIN = """
SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE (conrelid = %(table)s::regclass OR confrelid = %(table)s::regclass)
AND contype IN ('p', 'u', 'x', 'c', 'f') AND conparentid = 0 ORDER BY contype = 'f', contype <> 'p'
"""
_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %(table)s::regclass
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
"""


def make_alike(target: Connection, ours: Sequence[Table], theirs: Sequence[Table]) -> list[str]:
    """Give the target the partitions that the source has; returns the names of the tables and partitions made.

    A table that holds rows, or is partitioned in another way, is left for the comparison of the schemas to name.
    """
    made = []
    for left, right in zip(ours, theirs, strict=True):
        key = right.partition_key
        if left.partition_key and not key and _is_empty(target, right):
            key = left.partition_key
            _make_partitioned(target, right, key)
            made.append(left.name)
        if left.partition_key == key:
            made += add_missing(target, left, right)
    return made


def add_missing(target: Connection, ours: Table, theirs: Table) -> list[str]:
    """Create the partitions that only `ours` has, larger ones before those inside them."""
    known = {partition.name for partition in theirs.partitions}
    missing = [partition for partition in ours.partitions if partition.name not in known]
    for partition in missing:
        run_briefly(target, [_create(partition)], what=partition.name)
    return [partition.name for partition in missing]


def _create(partition: Partition) -> sql.Composed:
    inside = sql.SQL(" PARTITION BY {}").format(sql.SQL(partition.key)) if partition.key else sql.SQL("")
    return sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} {}{}").format(
        sql.Identifier(partition.schema, partition.name),
        sql.Identifier(*partition.parent),
        sql.SQL(partition.bound),
        inside,
    )


def _make_partitioned(target: Connection, table: Table, key: str) -> None:
    place = {"table": table.qualified.as_string(target)}
    again = [row[0] for query in (_AGAIN, _INDEXES) for row in target.execute(query, place)]
    aside = f"boundaries_plain_{table.digest}"
    with target.transaction():
        target.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(table.qualified, sql.Identifier(aside)))
        target.execute(
            sql.SQL(
                "CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING CONSTRAINTS EXCLUDING INDEXES) PARTITION BY {}"
            ).format(table.qualified, sql.Identifier(table.schema, aside), sql.SQL(key))
        )
        target.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table.schema, aside)))
        for statement in again:
            target.execute(statement)


def _is_empty(target: Connection, table: Table) -> bool:
    row = target.execute(sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(table.qualified)).fetchone()
    return bool(row and row[0])
