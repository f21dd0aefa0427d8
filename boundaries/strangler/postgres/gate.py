"""How does the database stop a writer that is on the wrong side?

Every write statement on a moving table takes a shared transaction-level advisory lock and reads the ownership row. The
switch takes the same lock exclusively: it gets it when the writers under way have ended, and later ones queue behind
it and read the row afterwards. A writer on a closed side gets SQLSTATE MG001 with context and epoch in its DETAIL;
one on a side that was halted, or whose server is not the one that the mover knows, gets MG002.

Reading a row costs more than all the rest. So the mover leaves a *pass* while the row says that the side is open: a
sequence that holds the start of the server, which is read without a query. Any change of the row takes the pass back
within its own transaction, and another server, or a restarted one, does not find its start in it. Without a pass the
row is read, as it is by writers with an older snapshot.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from psycopg import sql

from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.capture import VERSION
from boundaries.strangler.postgres.connection import Connection, mover_role
from boundaries.strangler.postgres.continuity import server_expression
from boundaries.strangler.postgres.ddl import count_triggers, drop_with_triggers, run_briefly
from boundaries.strangler.postgres.stray import sequence_of
from boundaries.strangler.postgres.table import Table

# Runs for each statement. A search_path of its own would cost more than its work, so every name and operator says its
# schema. CASE, since the lock must be held before the pass is read, and AND promises no order.
_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $gate$
BEGIN
    IF (CASE
        WHEN session_user OPERATOR(pg_catalog.=) {mover} THEN false
        WHEN pg_catalog.pg_advisory_xact_lock_shared({lock}) IS NULL THEN true
        WHEN pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.<>) 'read committed' THEN true
        ELSE (pg_catalog.pg_sequence_last_value({pass_of}) OPERATOR(pg_catalog.=) {start}) IS NOT TRUE
    END) THEN
        PERFORM {look}();
    END IF;
    {result}
END
$gate$
"""
_RESULT = {
    "": "RETURN NULL;",
    "_row": "IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
}

# READ COMMITTED: each statement in the function sees what is committed once the lock is granted. Older snapshots
# (REPEATABLE READ, SERIALIZABLE) would read a stale row and write through; locking the row makes them fail instead.
_LOOK = """
CREATE OR REPLACE FUNCTION {look}() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $gate$
DECLARE
    is_open boolean;
    at_epoch bigint;
    halted_by text;
BEGIN
    IF current_setting('transaction_isolation') = 'read committed' THEN
        SELECT open, epoch, {halted} INTO is_open, at_epoch, halted_by FROM {ownership} WHERE context = {context};
    ELSE
        SELECT open, epoch, {halted} INTO is_open, at_epoch, halted_by FROM {ownership} WHERE context = {context} FOR SHARE;
    END IF;
    IF halted_by <> '' THEN
        RAISE EXCEPTION USING ERRCODE = 'MG002',
            MESSAGE = format('%s accepts no writes to %s: %s', current_database(), {context}, halted_by),
            DETAIL = json_build_object('context', {context}, 'epoch', at_epoch, 'halted', halted_by)::text,
            HINT = 'Run: boundaries extract ' || {context} || ' recover';
    END IF;
    IF is_open IS NOT TRUE THEN
        PERFORM setval({stray}, date_part('epoch', clock_timestamp())::bigint);
        RAISE EXCEPTION USING ERRCODE = 'MG001',
            MESSAGE = format('%s does not accept writes to %s: they belong to the other side', current_database(), {context}),
            DETAIL = json_build_object('context', {context}, 'epoch', at_epoch)::text,
            HINT = 'Call the facade of ' || {context} || ' instead of writing its tables; '
                   'it finds the owner. See: boundaries extract ' || {context} || ' status';
    END IF;
END
$gate$
"""

# Whoever changes the row, by hand too. It holds the row's lock until it commits, and so nobody gives a pass meanwhile.
_REVOKE = """
CREATE OR REPLACE FUNCTION {revoke}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $gate$
BEGIN
    PERFORM setval({pass_of}, 0);
    RETURN NULL;
END
$gate$
"""
_REVOKING = {
    "row": "AFTER UPDATE OR DELETE ON {ownership} FOR EACH ROW WHEN (OLD.context = {context})",
    "all": "AFTER TRUNCATE ON {ownership} FOR EACH STATEMENT",
}

# A pass is only good for the server that it was given on, as long as that runs.
_START = "(pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) OPERATOR(pg_catalog.*) 1e6)::pg_catalog.int8"
_GIVE = """
SELECT setval({pass_of}, {start}) FROM (
    SELECT FROM {ownership} WHERE context = {context} AND open AND {halted} = '' FOR SHARE
) AS found
"""

# The start is compared first: only between a restart and the mover's next look at it is anything else asked.
_HALTED = """
CASE WHEN halted <> '' THEN halted
    WHEN server = '' OR started_at = pg_postmaster_start_time() OR server = {server} THEN ''
    ELSE 'its server was restored or failed over' END
"""

_SIMPLE = re.compile(r"""^\s*("?\w+"?)\s*=\s*('(?:[^']|'')*'|\d+)\s*$""")


class ConditionUnsupported(BoundaryError):
    """Raised when the rows of a shared table are told apart by more than one column's value."""

    code = "BD512"
    problem = "The condition {where!r} on {table!r} cannot be turned into a row gate."
    remedy = "Use `column = value`."


def lock_key(context: str) -> sql.Composable:
    """The advisory lock of a context, as an SQL expression."""
    return sql.SQL("pg_catalog.hashtextextended({}, 0)").format(sql.Literal(f"boundaries gate {context}"))


def install(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Create the gate's functions and put a trigger on every table; what is there already is left alone."""
    names = _names(connection, context)
    create = [
        sql.SQL("CREATE SEQUENCE IF NOT EXISTS {} MINVALUE 0 START 0").format(name)
        for name in (_pass(context), sequence_of(context))
    ]
    functions = [
        sql.SQL(_LOOK).format(**names),
        *[
            sql.SQL(_FUNCTION).format(function=_function(context, level), result=sql.SQL(result), **names)
            for level, result in _RESULT.items()
        ],
        sql.SQL(_REVOKE).format(**names),
    ]
    run_briefly(connection, [*create, *functions, *_revoking(context, names)], what=f"the gate of {context}")
    for table in tables:
        if not is_installed(connection, context, table):
            run_briefly(connection, _triggers(context, table), what=table.name)
    give_pass(connection, context)


def give_pass(connection: Connection, context: str) -> None:
    """Let the writers of this side pass without a look at the ownership row, if that says now that they may write."""
    names = _names(connection, context)
    look = "SELECT pg_sequence_last_value({pass_of}) = {start}"
    if connection.execute(sql.SQL(look).format(**names)).fetchone() != (True,):
        connection.execute(sql.SQL(_GIVE).format(**names))


def remove(connection: Connection, context: str) -> None:
    """Drop triggers, functions and pass; from here on the database stops nobody."""
    for kind in (*_RESULT, "_revoke"):
        drop_with_triggers(connection, _function_name(context, kind))
    drops = [
        sql.SQL("DROP FUNCTION IF EXISTS {}()").format(_function(context, "_look")),
        sql.SQL("DROP SEQUENCE IF EXISTS {}, {}").format(_pass(context), sequence_of(context)),
    ]
    run_briefly(connection, drops, what=f"the gate of {context}")


def is_installed(connection: Connection, context: str, table: Table) -> bool:
    """Whether the gate's triggers are on this table and fire always."""
    functions = [_function_name(context, level) for level in _RESULT]
    found = count_triggers(connection, table.places, *functions)
    return found == (2 if table.spec.gate == "statement" else 4) * len(table.places)


def _triggers(context: str, table: Table) -> list[sql.SQL | sql.Composed]:
    events: dict[str, tuple[str, str, sql.Composable]]
    if table.spec.gate == "statement":
        events = {"dml": ("BEFORE INSERT OR UPDATE OR DELETE", "STATEMENT", sql.SQL(""))}
    else:
        new, old = _row_condition(table, "NEW"), _row_condition(table, "OLD")
        events = {
            "ins": ("BEFORE INSERT", "ROW", sql.SQL(" WHEN ({})").format(new)),
            "upd": ("BEFORE UPDATE", "ROW", sql.SQL(" WHEN ({} OR {})").format(new, old)),
            "del": ("BEFORE DELETE", "ROW", sql.SQL(" WHEN ({})").format(old)),
        }
    events["trn"] = ("BEFORE TRUNCATE", "STATEMENT", sql.SQL(""))
    statements: list[sql.SQL | sql.Composed] = []
    for place, (kind, (when, level, condition)) in itertools.product(table.places, events.items()):
        statements += [
            sql.SQL("CREATE OR REPLACE TRIGGER {} {} ON {} FOR EACH {}{} EXECUTE FUNCTION {}()").format(
                _trigger(context, kind), sql.SQL(when), place, sql.SQL(level), condition,
                _function(context, "_row" if level == "ROW" else ""),
            ),
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(place, _trigger(context, kind)),
        ]  # fmt: skip
    return statements


def _row_condition(table: Table, record: str) -> sql.Composable:
    match = _SIMPLE.match(table.spec.where or "")
    if match is None:
        raise ConditionUnsupported(where=table.spec.where, table=table.name)
    column, value = match.group(1).strip('"'), match.group(2)
    return sql.SQL("{}.{} = {}").format(sql.SQL(record), sql.Identifier(column), sql.SQL(value))


def _names(connection: Connection, context: str) -> dict[str, sql.Composable]:
    """What the texts above leave open."""
    return {
        "look": _function(context, "_look"), "revoke": _function(context, "_revoke"),
        "mover": sql.Literal(mover_role(connection)), "lock": lock_key(context), "context": sql.Literal(context),
        "ownership": sql.Identifier("public", "boundaries_facades_ownership"),
        "halted": sql.SQL(_HALTED).format(server=server_expression(connection)),
        "pass_of": sql.SQL("{}::pg_catalog.regclass").format(sql.Literal(_pass(context).as_string(connection))),
        "stray": sql.SQL("{}::pg_catalog.regclass").format(sql.Literal(sequence_of(context).as_string(connection))),
        "start": sql.SQL(_START),
    }  # fmt: skip


def _revoking(context: str, names: dict[str, sql.Composable]) -> list[sql.SQL | sql.Composed]:
    statements: list[sql.SQL | sql.Composed] = []
    for kind, event in _REVOKING.items():
        trigger = _trigger(context, f"revoke_{kind}")
        statements += [
            sql.SQL("CREATE OR REPLACE TRIGGER {} ").format(trigger)
            + sql.SQL(event).format(**names)
            + sql.SQL(" EXECUTE FUNCTION {}()").format(names["revoke"]),
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(names["ownership"], trigger),
        ]
    return statements


def _pass(context: str) -> sql.Identifier:
    return sql.Identifier("public", f"boundaries_pass_{context}")


def _function(context: str, kind: str = "") -> sql.Identifier:
    return sql.Identifier("public", _function_name(context, kind))


def _function_name(context: str, kind: str = "") -> str:
    return f"boundaries_gate_{context}_{VERSION}{kind}"


def _trigger(context: str, kind: str) -> sql.Identifier:
    return sql.Identifier(f"boundaries_gate_{context}_{kind}")
