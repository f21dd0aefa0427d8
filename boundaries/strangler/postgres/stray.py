"""Has anybody tried to write a closed side?

A refused statement takes everything back that it did, and so can leave no row behind. What a sequence was told stays:
the gate sets it to the moment of each refusal.
"""

from __future__ import annotations

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection


def sequence_of(context: str) -> sql.Identifier:
    """The sequence that holds the moment of the last refusal, in seconds since 1970."""
    return sql.Identifier("public", f"boundaries_stray_{context}")


def quiet_seconds(connection: Connection, context: str) -> float | None:
    """How long ago the gate of this side refused a write for the last time; None where it never has."""
    name = sequence_of(context).as_string(connection)
    row = connection.execute(
        "SELECT extract(epoch FROM clock_timestamp()) - pg_sequence_last_value(to_regclass(%s))", [name]
    ).fetchone()
    return float(row[0]) if row and row[0] is not None else None
