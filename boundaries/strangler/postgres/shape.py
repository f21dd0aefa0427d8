"""Which indexes and constraints wait until the rows are there?

Building them after the copy is twice as fast, and needed: chunks that are read at different times may hold two rows
with one unique value until the log has been applied once. What is dropped is noted in the same transaction, so that
nothing is forgotten after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from boundaries.faults import fault_point
from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

# When building: unique and exclusion constraints, indexes, then foreign keys.
_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid), CASE contype WHEN 'f' THEN 3 ELSE 1 END FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = ANY (%s) AND conparentid = 0 ORDER BY conname
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '), 2 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = i.indexrelid)
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND conrelid = i.indrelid) ORDER BY c.relname
"""


def set_aside(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Drop indexes and constraints of the context's own tables, but for primary keys and checks. Idempotent."""
    notes = _notes(context)
    connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (id bigserial PRIMARY KEY, stage int, statement text)").format(
            notes
        )
    )
    own = [table for table in tables if not table.is_shared]
    for table in own:
        with connection.transaction():
            for place in table.places:
                _drop_constraints(connection, notes, place, ["f"])
    # Only now: a foreign key may lean on a unique constraint of another table.
    for table in own:
        with connection.transaction():
            for place in table.places:
                _drop_constraints(connection, notes, place, ["u", "x"])
                _drop_indexes(connection, notes, place)


def build(connection: Connection, context: str, tell: object = None) -> int:
    """Build what was set aside, each with its note removed in the same transaction. Returns how many."""
    notes = _notes(context)
    rows = connection.execute(
        sql.SQL("SELECT id, statement FROM {} ORDER BY stage, id").format(notes)
    ).fetchall()
    for number, (key, statement) in enumerate(rows, start=1):
        with connection.transaction():
            connection.execute(statement)
            connection.execute(sql.SQL("DELETE FROM {} WHERE id = %s").format(notes), [key])
        fault_point("replicate.index_built")
        if callable(tell):
            tell(number, len(rows))
    return len(rows)


def drop_notes(connection: Connection, context: str) -> None:
    """Forget the notes; only when nothing waits any more or the target is thrown away."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_notes(context)))


def _drop_constraints(
    connection: Connection, notes: sql.Identifier, place: sql.Identifier, kinds: list[str]
) -> None:
    name = place.as_string(connection)
    for constraint, definition, stage in connection.execute(_CONSTRAINTS, [name, kinds]).fetchall():
        again = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
            place, sql.Identifier(constraint), sql.SQL(definition)
        )
        _note(connection, notes, stage, again)
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(place, sql.Identifier(constraint))
        )


def _drop_indexes(connection: Connection, notes: sql.Identifier, place: sql.Identifier) -> None:
    for index, definition, stage in connection.execute(_INDEXES, [place.as_string(connection)]).fetchall():
        _note(connection, notes, stage, sql.SQL(definition))
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(index)))


def _note(connection: Connection, notes: sql.Identifier, stage: int, statement: sql.Composable) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} (stage, statement) VALUES (%s, %s)").format(notes),
        [stage, statement.as_string(connection)],
    )


def _notes(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_shape_{context}")
