"""How does PostgreSQL describe the tables that will move?

Catalogue queries only, besides a bounded count where the statistics say nothing. A read-only role is enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError, connections

from boundaries.strangler.planning.facts import Column, DatabaseFacts, ForeignKey, StoredTable
from boundaries.strangler.planning.neighbour import describe_server

OWN_PREFIX = "boundaries_"
_COUNT_LIMIT = 1_000_000
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

_TABLES = """
    SELECT c.oid, asked.name, c.relkind, parts.rows, parts.bytes, c.relrowsecurity,
           n.nspname, c.relpersistence = 'u', parts.foreign,
           has_table_privilege(c.oid, 'SELECT')
    FROM unnest(%s::text[], %s::text[]) AS asked(name, quoted) JOIN pg_class c ON c.oid = to_regclass(asked.quoted)
    JOIN pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (
        SELECT sum(p.reltuples) AS rows, sum(pg_total_relation_size(p.oid))::bigint AS bytes,
            coalesce(array_agg(p.relname::text) FILTER (WHERE p.relkind = 'f'), '{}') AS foreign
        FROM pg_class p WHERE p.oid = c.oid AND c.relkind <> 'p' OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)
    ) AS parts
"""
_COLUMNS = """
    SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod),
           coalesce(element.typtype, t.typtype),
           coalesce(element.typnamespace, t.typnamespace) = 'pg_catalog'::regnamespace
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type element ON t.typcategory = 'A' AND element.oid = t.typelem
    WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum
"""
_KEYS = """
    SELECT i.indrelid, a.attname
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    WHERE i.indisprimary AND i.indrelid = ANY (%s)
    ORDER BY i.indrelid, array_position(i.indkey::int2[], a.attnum)
"""
_FOREIGN_KEYS = """
    SELECT k.conrelid, k.confrelid, k.conname, source.relname, target.relname,
           k.condeferrable, k.confdeltype, k.confupdtype
    FROM pg_constraint k
    JOIN pg_class source ON source.oid = k.conrelid JOIN pg_class target ON target.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = ANY (%s) OR k.confrelid = ANY (%s))
    ORDER BY source.relname, k.conname
"""
_UNVALIDATED = """
    SELECT conrelid, conname FROM pg_constraint
    WHERE contype IN ('c', 'f') AND NOT convalidated AND conrelid = ANY (%s) ORDER BY conname
"""
_ODD_SEQUENCES = """
    SELECT d.refobjid, s.seqrelid::regclass::text FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE (s.seqincrement < 0 OR s.seqcycle) AND d.deptype IN ('a', 'i') AND d.refobjid = ANY (%s) ORDER BY 2
"""
_TRIGGERS = (
    "SELECT tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ANY (%s) ORDER BY tgname"
)
_RULES = """
    SELECT ev_class, rulename FROM pg_rewrite
    WHERE rulename <> '_RETURN' AND ev_class = ANY (%s) ORDER BY rulename
"""
_PARENTS = """
    SELECT i.inhrelid, parent.relname FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE i.inhrelid = ANY (%s)
    UNION ALL
    SELECT i.inhparent, child.relname FROM pg_inherits i
    JOIN pg_class child ON child.oid = i.inhrelid JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE i.inhparent = ANY (%s) AND parent.relkind <> 'p'
    ORDER BY 1, 2
"""


def read_tables(
    names: Sequence[str], *, alias: str, conditions: dict[str, str]
) -> tuple[DatabaseFacts, dict[str, StoredTable]]:
    """The tables as the database has them, by name; and whether it answered at all.

    `conditions` gives an SQL condition for tables of which only some rows move: those rows are counted.
    Beyond a million the number is the statistics' estimate.
    """
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return DatabaseFacts(vendor=connection.vendor, problem=f"{connection.vendor} is not PostgreSQL"), {}
    try:
        with connection.cursor() as cursor:
            return look_at(cursor, names, conditions=conditions)
    except DatabaseError as error:
        return DatabaseFacts(vendor="postgresql", problem=str(error).strip().splitlines()[0]), {}


def look_at(
    cursor: Any, names: Sequence[str], *, conditions: dict[str, str]
) -> tuple[DatabaseFacts, dict[str, StoredTable]]:
    """The same through any cursor of PostgreSQL."""
    stored = _read(cursor, names, conditions)
    missing = tuple(name for name in names if name not in stored)
    return DatabaseFacts(vendor="postgresql", missing=missing), stored


def add_neighbours(facts: DatabaseFacts, stored: Iterable[StoredTable], *, alias: str) -> DatabaseFacts:
    """The facts with the server's version and those who touch the tables, if the database goes on answering."""
    if facts.problem:
        return facts
    try:
        with connections[alias].cursor() as cursor:
            return describe_server(cursor, facts, stored)
    except DatabaseError as error:
        return replace(facts, problem=str(error).strip().splitlines()[0])


def _read(cursor: Any, names: Sequence[str], conditions: dict[str, str]) -> dict[str, StoredTable]:
    cursor.execute(_TABLES, [list(names), [_quoted(name) for name in names]])
    tables = cursor.fetchall()
    oids = [row[0] for row in tables]
    columns, keys = _grouped(cursor, _COLUMNS, oids), _grouped(cursor, _KEYS, oids)
    unvalidated, sequences = _grouped(cursor, _UNVALIDATED, oids), _grouped(cursor, _ODD_SEQUENCES, oids)
    triggers = _grouped(cursor, _TRIGGERS, oids)
    rules, parents = _grouped(cursor, _RULES, oids), _grouped(cursor, _PARENTS, oids, oids)
    foreign = _foreign_keys(cursor, {row[0]: row[1] for row in tables})
    return {
        name: StoredTable(
            name=name,
            schema=schema,
            relation_kind=kind,
            rows=_rows(cursor, name, kind if may_count else "", estimated, conditions.get(name)),
            bytes=size,
            key=tuple(column for (column,) in keys[oid]),
            columns=tuple(Column(*row) for row in columns[oid]),
            foreign_keys=tuple(foreign[oid]),
            unvalidated=tuple(constraint for (constraint,) in unvalidated[oid]),
            odd_sequences=tuple(sequence for (sequence,) in sequences[oid]),
            triggers=tuple(trigger for (trigger,) in triggers[oid] if not trigger.startswith(OWN_PREFIX)),
            rules=tuple(rule for (rule,) in rules[oid]),
            has_row_security=row_security,
            inherits=tuple(parent for (parent,) in parents[oid]),
            is_unlogged=is_unlogged,
            foreign_parts=tuple(foreign_parts),
            oid=oid,
        )
        for oid, name, kind, estimated, size, row_security, schema, is_unlogged, foreign_parts, may_count in tables
    }


def _rows(cursor: Any, name: str, kind: str, estimated: float, condition: str | None) -> int:
    if not kind or (condition is None and (estimated > _COUNT_LIMIT or kind not in "rp")):
        return max(0, int(estimated))
    where = f"WHERE {condition}" if condition else ""
    cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {_quoted(name)} {where} LIMIT {_COUNT_LIMIT + 1}) AS counted"
    )
    counted = int(cursor.fetchone()[0])
    return counted if counted <= _COUNT_LIMIT else max(counted, int(estimated))


def _quoted(name: str) -> str:
    """As Django quotes it: a name that is quoted already, perhaps with its schema, stays."""
    return name if name.startswith('"') and name.endswith('"') else f'"{name}"'


def _foreign_keys(cursor: Any, names: Mapping[int, str]) -> dict[int, list[ForeignKey]]:
    """Per moved table the constraints that leave it; one that only arrives is listed at its target."""
    cursor.execute(_FOREIGN_KEYS, [list(names), list(names)])
    found: dict[int, list[ForeignKey]] = defaultdict(list)
    for source_oid, target_oid, name, source, target, deferrable, on_delete, on_update in cursor.fetchall():
        tables = names.get(source_oid, source), names.get(target_oid, target)
        key = ForeignKey(name, *tables, deferrable, _ACTIONS[on_delete], _ACTIONS[on_update])
        found[source_oid if source_oid in names else target_oid].append(key)
    return found


def _grouped(cursor: Any, query: str, *parameters: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    cursor.execute(query, list(parameters))
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for oid, *rest in cursor.fetchall():
        found[oid].append(tuple(rest))
    return found
