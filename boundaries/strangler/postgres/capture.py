"""How does the owner's database remember which rows have changed?

Statement-level triggers with transition tables write (table, key) into one log per context, nothing else: rows are
read again when they are applied. The applier's own writes are skipped, known by its login role. TRUNCATE writes an
entry without a key: that table is copied again as a whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from psycopg import sql

from boundaries.faults import fault_point
from boundaries.strangler.postgres.connection import Connection, mover_role
from boundaries.strangler.postgres.ddl import (
    count_triggers,
    drop_with_triggers,
    run_briefly,
    take_from_others,
)
from boundaries.strangler.postgres.table import Table

# Part of every object's name, so that objects of kit N and N-1 can be told apart.
VERSION = "v1"

_LOG = """
CREATE TABLE IF NOT EXISTS {log} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tbl text NOT NULL,
    key text[]
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1)
"""

_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp {spelling} AS $capture$
BEGIN
    IF session_user = {mover} THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {log} (tbl, key) SELECT {name}, {new_key} FROM new_rows n WHERE {condition};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO {log} (tbl, key) SELECT {name}, {old_key} FROM old_rows o WHERE {condition};
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO {log} (tbl, key)
            SELECT {name}, {new_key} FROM new_rows n WHERE {condition}
            UNION SELECT {name}, {old_key} FROM old_rows o WHERE {condition};
    ELSE
        INSERT INTO {log} (tbl, key) VALUES ({name}, NULL);
    END IF;
    RETURN NULL;
END
$capture$
"""

# A key is logged as text, and read again by the mover's session: the writer's must spell it the same way.
_SPELLING = "SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres' SET extra_float_digits = 1"

_TRIGGERS = {
    "ins": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "upd": "AFTER UPDATE ON {table} REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "del": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
    "trn": "AFTER TRUNCATE ON {table}",
}


def log_table(context: str, schema: str = "public") -> sql.Identifier:
    """The change log of a context."""
    return sql.Identifier(schema, f"boundaries_log_{context}")


def install(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Create log, functions and triggers; what is there already is left alone.

    Each table is locked (SHARE ROW EXCLUSIVE) for its own short transaction.

    :raises boundaries.strangler.postgres.ddl.LockRefused: when a table stays locked by others.
    """
    run_briefly(
        connection, [sql.SQL(_LOG).format(log=log_table(context))], what=f"the change log of {context}"
    )
    take_from_others(connection, f"boundaries_log_{context}", "ALL")
    mover = mover_role(connection)
    for table in tables:
        if not is_installed(connection, context, table):
            run_briefly(connection, _statements(context, table, mover), what=table.name)
            fault_point("replicate.table_captured")


def log_rows(connection: Connection, context: str, table: Table, place: sql.Identifier) -> None:
    """Have all rows of one of the table's places applied again."""
    connection.execute(
        sql.SQL("INSERT INTO {} (tbl, key) SELECT {}, {} FROM {} t WHERE {}").format(
            log_table(context), sql.Literal(table.name), table.key_array("t"), place, table.condition
        )
    )


def log_whole(connection: Connection, context: str, table: Table) -> None:
    """Have a table copied again as a whole."""
    connection.execute(
        sql.SQL("INSERT INTO {} (tbl, key) VALUES (%s, NULL)").format(log_table(context)), [table.name]
    )


def remove(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Drop triggers, functions and log again; nothing is left."""
    for table in tables:
        drop_with_triggers(connection, _function_name(context, table))
        fault_point("abort.table_released")
    run_briefly(
        connection, [sql.SQL("DROP TABLE IF EXISTS {}").format(log_table(context))], what="the change log"
    )


def is_installed(connection: Connection, context: str, table: Table) -> bool:
    """Whether all four triggers of this version are there, on every partition too, and fire always."""
    found = count_triggers(connection, table.places, _function_name(context, table))
    return found == len(_TRIGGERS) * len(table.places)


def uncaptured(connection: Connection, context: str, table: Table) -> list[sql.Identifier]:
    """The table's partitions that lack a trigger: they came after the capture."""
    function = _function_name(context, table)
    return [
        place for place in table.places[1:] if count_triggers(connection, [place], function) < len(_TRIGGERS)
    ]


def exists(connection: Connection, context: str) -> bool:
    """Whether there is a change log of this context here."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"boundaries_log_{context}"]).fetchone()
    return bool(row and row[0])


def backlog(connection: Connection, context: str) -> int:
    """How many entries wait in the log."""
    query = sql.SQL("SELECT count(*) FROM {}").format(log_table(context))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def is_empty(connection: Connection, context: str) -> bool:
    """Whether nothing waits in the log; cheaper than counting."""
    query = sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(log_table(context))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _statements(context: str, table: Table, mover: str) -> list[sql.SQL | sql.Composed]:
    function = _function(context, table)
    body = sql.SQL(_FUNCTION).format(
        function=function, mover=sql.Literal(mover), log=log_table(context), name=sql.Literal(table.name),
        new_key=table.key_array("n"), old_key=table.key_array("o"), condition=table.condition,
        spelling=sql.SQL("" if table.has_plain_key else _SPELLING),
    )  # fmt: skip
    statements: list[sql.SQL | sql.Composed] = [body]
    for place, (kind, event) in itertools.product(table.places, _TRIGGERS.items()):
        trigger = _trigger(context, kind)
        statements += [
            sql.SQL("CREATE OR REPLACE TRIGGER {} ").format(trigger)
            + sql.SQL(event).format(table=place)
            + sql.SQL(" FOR EACH STATEMENT EXECUTE FUNCTION {}()").format(function),
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(place, trigger),
        ]
    return statements


def _function(context: str, table: Table) -> sql.Identifier:
    return sql.Identifier("public", _function_name(context, table))


def _function_name(context: str, table: Table) -> str:
    return f"boundaries_capture_{context}_{table.digest}_{VERSION}"


def _trigger(context: str, kind: str) -> sql.Identifier:
    return sql.Identifier(f"boundaries_capture_{context}_{kind}")
