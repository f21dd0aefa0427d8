"""What if a table changes its shape while its rows are followed?

Noticed in each batch, by a digest of both sides taken when the tables were read. A column may be added: on the other
side first, then where the writes are; whatever else differs stops the follower until both sides agree again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Column, Table, pair

_DIGEST = """
SELECT md5(coalesce(string_agg(line, ';' ORDER BY line), '')) FROM (
    SELECT concat_ws(' ', attrelid, attname, atttypid, atttypmod, attnotnull, attgenerated, attidentity, attcollation) AS line
    FROM pg_attribute WHERE attrelid = ANY (%(tables)s::regclass[]) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat_ws(' ', indexrelid) FROM pg_index
    WHERE indrelid = ANY (%(tables)s::regclass[]) AND (indisunique OR indisexclusion)
    UNION ALL SELECT concat_ws(' ', inhrelid, inhparent, pg_get_expr(relpartbound, inhrelid))
    FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = ANY (%(places)s::regclass[])
) AS lines
"""
# What rows of before have in a column that was added later; NULL where the column was there, or is empty in them.
_MISSING = """
SELECT attname, attmissingval::text, atthasdef AND NOT atthasmissing FROM pg_attribute
WHERE attrelid = %s::regclass AND attname = ANY (%s)
"""


class ShapeChanged(BoundaryError):
    """Raised when a table has another shape than when it was read; nothing of the batch was applied."""

    code = "BD572"
    problem = "The tables of {context} have changed their shape at this moment."
    remedy = "Run the same command again; the follower does so by itself."


class SchemaDrifted(BoundaryError):
    """Raised when the other side cannot hold what is written; nothing is applied until it can."""

    code = "BD573"
    problem = "{context} cannot be followed, its tables differ: {lines}."
    remedy = (
        "Add a column on the other side first, then where it is written; drop one where it is written first, "
        "then on the other side. Take any other change back until the move is complete. The follower goes on by itself."
    )


def digest(connection: Connection, tables: Sequence[Table]) -> str:
    """What this side says of the shape of the tables, in short."""
    names = [table.qualified.as_string(connection) for table in tables]
    places = [place.as_string(connection) for table in tables for place in table.places]
    row = connection.execute(_DIGEST, {"tables": names, "places": places}).fetchone()
    assert row is not None
    return str(row[0])


def require_room(context: str, ours: Sequence[Table], theirs: Sequence[Table]) -> None:
    """The other side can hold what is written on ours.

    :raises SchemaDrifted: naming the columns and partitions, and the order to follow.
    """
    lines = [
        line
        for left, right in zip(ours, theirs, strict=True)
        for line in (*compare_columns(left.name, left.columns, right.columns), *_partitions(left, right))
    ]
    if lines:
        raise SchemaDrifted(context=context, lines="; ".join(lines))


def compare_columns(table: str, left: Iterable[Column], right: Iterable[Column]) -> Iterator[str]:
    """What keeps the right side from holding what is written on the left one, in words."""
    for name, ours, theirs in pair(left, right):
        place = f"{table}.{name}"
        if ours and theirs and ours != theirs:
            yield f"{place} is {ours.say()} where it is written, and {theirs.say()} on the other side"
        elif ours and not theirs:
            yield f"{place} ({ours.type}) is missing on the other side"
        elif theirs and not ours and not theirs.is_optional:
            yield f"{place} ({theirs.type}) is on the other side only, where it must have a value"


def is_filled_alike(source: Connection, target: Connection, table: Table, columns: Sequence[str]) -> bool:
    """Whether rows of before have the same values in added columns on both sides: nothing, or one constant default."""
    name = table.qualified.as_string(source)
    left, right = (sorted(side.execute(_MISSING, [name, list(columns)])) for side in (source, target))
    return left == right and not any(is_computed for _, _, is_computed in left)


def _partitions(left: Table, right: Table) -> Iterator[str]:
    for name, ours, theirs in pair(left.partitions, right.partitions):
        here, there = (part.bound if part else "missing" for part in (ours, theirs))
        if here != there:
            yield f"the partition {name} of {left.name} is {here} where it is written, and {there} on the other side"
