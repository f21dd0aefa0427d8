"""Do both sides agree about the shape of the tables?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table, pair

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
    for name, ours, theirs in pair(left.columns, right.columns):
        place = f"{left.name}.{name}"
        if ours and theirs and ours != theirs:
            yield f"{place}: {ours.say()} in the monolith, {theirs.say()} in the service"
        elif ours and not theirs:
            yield f"{place}: missing in the service ({ours.type} in the monolith)"
        elif theirs and not ours:
            yield f"{place}: only in the service"


def _partitions(left: Table, right: Table) -> Iterator[str]:
    if left.partition_key != right.partition_key:
        here, there = left.partition_key or "nothing", right.partition_key or "nothing"
        yield f"{left.name}: partitioned by {here} in the monolith, by {there} in the service"
        return
    for name, ours, theirs in pair(left.partitions, right.partitions):
        here, there = (part.bound if part else "missing" for part in (ours, theirs))
        if here != there:
            yield f"{left.name}: the partition {name} is {here} in the monolith, {there} in the service"


def _constraints(source: Connection, target: Connection, left: Table, right: Table) -> Iterator[str]:
    ours = {row[0] for row in source.execute(_CONSTRAINTS, [left.qualified.as_string(source)])}
    theirs = {row[0] for row in target.execute(_CONSTRAINTS, [right.qualified.as_string(target)])}
    for definition in sorted(ours - theirs):
        yield f"{left.name}: the service lacks {definition[2:]}"
    for definition in sorted(theirs - ours):
        yield f"{left.name}: only the service has {definition[2:]}"
