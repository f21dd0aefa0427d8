"""How does the owner's database remember which rows have changed?

Statement-level triggers with transition tables write (table, key) into one log per context, nothing else: rows are
read again when they are applied. The applier's own writes are skipped, known by its login role. TRUNCATE writes an
entry without a key: that table is copied again as a whole. What it costs is in the decision "What a write pays".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from psycopg import sql

from boundaries.faults import fault_point
from boundaries.strangler.postgres import latch, log_disk
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

# Without a key of its own, since writers would pay for its index; the identity is for those who publish all tables.
_LOG = """
CREATE TABLE IF NOT EXISTS {log} (tbl text NOT NULL, key text[])
WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1)
"""
_IDENTITY = "ALTER TABLE {log} REPLICA IDENTITY FULL"

# One for each event: telling them apart costs as much as the rest of the body. Settings of its own would cost more than
# its work, so every name and operator says its schema.
_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $capture$
#variable_conflict use_column
DECLARE
    added pg_catalog.int8;
BEGIN
    IF session_user OPERATOR(pg_catalog.=) {mover} OR pg_catalog.pg_sequence_last_value({latch}) OPERATOR(pg_catalog.=) 1 THEN
        RETURN NULL;
    END IF;
    {insert}
    IF pg_catalog.random() OPERATOR(pg_catalog.<) 0.01 OR added OPERATOR(pg_catalog.>) 1000 THEN
        IF pg_catalog.pg_relation_size({log_name}) OPERATOR(pg_catalog.>) pg_catalog.pg_sequence_last_value({ceiling}) THEN
            PERFORM pg_catalog.setval({latch}, 1);
        END IF;
    END IF;
    RETURN NULL;
END
$capture$
"""
_INSERT = """
    INSERT INTO {log} (tbl, key) {entries};
    GET DIAGNOSTICS added = ROW_COUNT;
"""
# A log on a disk of its own may be full while the database's is not. The block costs a subtransaction, so that a log on
# the database's disk goes without: there the write itself finds no room.
_CAREFUL = """
    BEGIN
        INSERT INTO {log} (tbl, key) {entries};
        GET DIAGNOSTICS added = ROW_COUNT;
    EXCEPTION WHEN insufficient_resources THEN
        PERFORM pg_catalog.setval({latch}, 1);
    END;
"""

# The condition of a shared table is the user's own text, and keys that sessions write differently are logged as the
# mover reads them.
_SETTINGS = (
    "SET search_path = pg_catalog, pg_temp "
    "SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres' SET extra_float_digits = 1"
)

_TRIGGERS = {
    "ins": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "upd": "AFTER UPDATE ON {table} REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "del": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
    "trn": "AFTER TRUNCATE ON {table}",
}
# Old and new keys are told apart before they become text, which is several times cheaper for a large statement.
_ENTRIES = {
    "ins": "SELECT {name}, {key} FROM new_rows k WHERE {condition}",
    "upd": """
        SELECT {name}, {key} FROM (
            SELECT {columns} FROM new_rows n WHERE {condition} UNION SELECT {columns} FROM old_rows o WHERE {condition}
        ) k""",
    "del": "SELECT {name}, {key} FROM old_rows k WHERE {condition}",
    "trn": "VALUES ({name}, NULL)",
}


def log_table(context: str, schema: str = "public") -> sql.Identifier:
    """The change log of a context."""
    return sql.Identifier(schema, f"boundaries_log_{context}")


def install(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Create log, functions and triggers, or bring functions up to date; triggers that are there are left alone.

    Each table is locked (SHARE ROW EXCLUSIVE) for its own short transaction.

    :raises boundaries.strangler.postgres.ddl.LockRefused: when a table stays locked by others.
    :raises boundaries.strangler.postgres.log_disk.LogPlaceRefused: when its tablespace is not open to the kit.
    """
    create = [sql.SQL(text).format(log=log_table(context)) for text in (_LOG, _IDENTITY)]
    run_briefly(connection, create, what=f"the change log of {context}")
    take_from_others(connection, f"boundaries_log_{context}", "ALL")
    log_disk.place(connection, context)
    for table in tables:
        run_briefly(
            connection, latch.create(context, table, log_table(context)), what=f"the latch of {table.name}"
        )
        run_briefly(connection, _functions(connection, context, table), what=f"the capture of {table.name}")
        if not is_installed(connection, context, table):
            run_briefly(connection, _triggers(context, table), what=table.name)
            fault_point("replicate.table_captured")
    latch.set_ceiling(connection, context)


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
        for kind in _TRIGGERS:
            drop_with_triggers(connection, _function_name(context, table, kind))
        fault_point("abort.table_released")
    run_briefly(
        connection, [sql.SQL("DROP TABLE IF EXISTS {}").format(log_table(context))], what="the change log"
    )
    log_disk.remove_reserve(connection, context)


def is_installed(connection: Connection, context: str, table: Table) -> bool:
    """Whether all four triggers of this version are there, on every partition too, and fire always."""
    found = count_triggers(connection, table.places, *_function_names(context, table))
    return found == len(_TRIGGERS) * len(table.places)


def uncaptured(connection: Connection, context: str, table: Table) -> list[sql.Identifier]:
    """The table's partitions that lack a trigger: they came after the capture."""
    functions = _function_names(context, table)
    return [
        place
        for place in table.places[1:]
        if count_triggers(connection, [place], *functions) < len(_TRIGGERS)
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


def log_bytes(connection: Connection, context: str) -> int:
    """How large the log's table is, as the ceiling counts it."""
    row = connection.execute(
        sql.SQL("SELECT pg_relation_size({})").format(_log_name(connection, context))
    ).fetchone()
    return int(row[0]) if row else 0


def whole_tables(connection: Connection, context: str) -> list[str]:
    """The tables that wait in the log to be copied again as a whole."""
    query = sql.SQL("SELECT DISTINCT tbl FROM {} WHERE key IS NULL ORDER BY tbl").format(log_table(context))
    return [row[0] for row in connection.execute(query)]


def vacuum(connection: Connection, context: str) -> None:
    """Let the room of the entries that are gone be used again, before the log grows for want of it."""
    connection.execute(sql.SQL("VACUUM {}").format(log_table(context)))


def is_empty(connection: Connection, context: str) -> bool:
    """Whether nothing waits in the log; cheaper than counting."""
    query = sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(log_table(context))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _functions(connection: Connection, context: str, table: Table) -> list[sql.SQL | sql.Composed]:
    insert = _CAREFUL if log_disk.is_apart(connection, context) else _INSERT
    common: dict[str, sql.Composable] = {
        **latch.names(connection, context, table),
        "mover": sql.Literal(mover_role(connection)), "log": log_table(context), "log_name": _log_name(connection, context),
        "settings": sql.SQL("" if table.has_plain_key and not table.is_shared else _SETTINGS),
    }  # fmt: skip
    statements: list[sql.SQL | sql.Composed] = []
    for kind, text in _ENTRIES.items():
        entries = sql.SQL(text).format(
            name=sql.Literal(table.name), key=table.key_array("k"), columns=table.key_columns(), condition=table.condition
        )  # fmt: skip
        statements.append(
            sql.SQL(_FUNCTION).format(
                function=_function(context, table, kind), **common,
                insert=sql.SQL(insert).format(entries=entries, **common),
            )
        )  # fmt: skip
    return statements


def _triggers(context: str, table: Table) -> list[sql.SQL | sql.Composed]:
    statements: list[sql.SQL | sql.Composed] = []
    for place, (kind, event) in itertools.product(table.places, _TRIGGERS.items()):
        trigger = _trigger(context, kind)
        statements += [
            sql.SQL("CREATE OR REPLACE TRIGGER {} ").format(trigger)
            + sql.SQL(event).format(table=place)
            + sql.SQL(" FOR EACH STATEMENT EXECUTE FUNCTION {}()").format(_function(context, table, kind)),
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(place, trigger),
        ]
    return statements


def _log_name(connection: Connection, context: str) -> sql.Composable:
    return sql.SQL("{}::pg_catalog.regclass").format(sql.Literal(log_table(context).as_string(connection)))


def _function(context: str, table: Table, kind: str) -> sql.Identifier:
    return sql.Identifier("public", _function_name(context, table, kind))


def _function_names(context: str, table: Table) -> list[str]:
    return [_function_name(context, table, kind) for kind in _TRIGGERS]


def _function_name(context: str, table: Table, kind: str) -> str:
    return f"boundaries_capture_{context}_{table.digest}{kind}_{VERSION}"


def _trigger(context: str, kind: str) -> sql.Identifier:
    return sql.Identifier(f"boundaries_capture_{context}_{kind}")
