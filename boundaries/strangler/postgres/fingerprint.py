"""Do both sides agree about the shape of the tables?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

_CONSTRAINTS = """
SELECT contype::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'c', 'x', 'f') AND conparentid = 0
"""


def differences(
    source: Connection,
    target: Connection,
    left: Sequence[Table],
    right: Sequence[Table],
    *,
    with_constraints: bool = True,
) -> list[str]:
    """How the target's tables differ from the source's, one line for each difference; empty when they agree.

    Compared are names, types, nullability, collation and generation of the columns, the partitions, and the definitions of primary
    keys, unique, check and foreign key constraints; not their names or order. NOT NULL constraints, which PostgreSQL 18
    lists as such, count as nullability.
    """
    found: list[str] = []
    for ours, theirs in zip(left, right, strict=True):
        found += _columns(ours, theirs)
        found += _partitions(ours, theirs)
        if with_constraints:
            found += _constraints(source, target, ours, theirs)
    return found


def _columns(left: Table, right: Table) -> Iterator[str]:
    ours = {column.name: column for column in left.columns}
    theirs = {column.name: column for column in right.columns}
    for name in sorted(ours.keys() | theirs.keys()):
        place = f"{left.name}.{name}"
        if name not in theirs:
            yield f"{place}: missing in the service ({ours[name].type} in the monolith)"
        elif name not in ours:
            yield f"{place}: only in the service"
        elif ours[name] != theirs[name]:
            yield f"{place}: {ours[name].say()} in the monolith, {theirs[name].say()} in the service"


def _partitions(left: Table, right: Table) -> Iterator[str]:
    if left.partition_key != right.partition_key:
        ours, theirs = left.partition_key or "nothing", right.partition_key or "nothing"
        yield f"{left.name}: partitioned by {ours} in the monolith, by {theirs} in the service"
        return
    ours_at = {partition.name: partition.bound for partition in left.partitions}
    theirs_at = {partition.name: partition.bound for partition in right.partitions}
    for name in sorted(ours_at.keys() | theirs_at.keys()):
        if ours_at.get(name) != theirs_at.get(name):
            yield (
                f"{left.name}: the partition {name} is {ours_at.get(name, 'missing')} in the monolith, "
                f"{theirs_at.get(name, 'missing')} in the service"
            )


def _constraints(source: Connection, target: Connection, left: Table, right: Table) -> Iterator[str]:
    ours = {row[0] for row in source.execute(_CONSTRAINTS, [left.qualified.as_string(source)])}
    theirs = {row[0] for row in target.execute(_CONSTRAINTS, [right.qualified.as_string(target)])}
    for definition in sorted(ours - theirs):
        yield f"{left.name}: the service lacks {definition[2:]}"
    for definition in sorted(theirs - ours):
        yield f"{left.name}: only the service has {definition[2:]}"
