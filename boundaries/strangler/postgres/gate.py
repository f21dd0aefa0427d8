"""How does the database stop a writer that is on the wrong side?

Every write statement on a moving table takes a shared transaction-level advisory lock and reads the ownership row. The
switch takes the same lock exclusively: it gets it when the writers under way have ended, and later ones queue behind
it and read the row afterwards. A writer on a closed side gets SQLSTATE MG001 with context and epoch in its DETAIL;
one on a side that was halted, or whose server is not the one that the mover knows, gets MG002.
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
from boundaries.strangler.postgres.table import Table

# READ COMMITTED: each statement in the function sees what is committed once the lock is granted. Older snapshots
# (REPEATABLE READ, SERIALIZABLE) would read a stale row and write through; locking the row makes them fail instead.
_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $gate$
DECLARE
    is_open boolean;
    at_epoch bigint;
    halted_by text;
BEGIN
    IF session_user <> {mover} THEN
        PERFORM pg_advisory_xact_lock_shared({lock});
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
            RAISE EXCEPTION USING ERRCODE = 'MG001',
                MESSAGE = format('%s does not accept writes to %s: they belong to the other side', current_database(), {context}),
                DETAIL = json_build_object('context', {context}, 'epoch', at_epoch)::text,
                HINT = 'Call the facade of ' || {context} || ' instead of writing its tables; '
                       'it finds the owner. See: boundaries extract ' || {context} || ' status';
        END IF;
    END IF;
    IF TG_LEVEL = 'STATEMENT' THEN
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$gate$
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
    return sql.SQL("hashtextextended({}, 0)").format(sql.Literal(f"boundaries gate {context}"))


def install(connection: Connection, context: str, tables: Sequence[Table]) -> None:
    """Create the gate's function and put a trigger on every table; what is there already is left alone."""
    mover = sql.Literal(mover_role(connection))
    create = sql.SQL(_FUNCTION).format(
        function=_function(context), mover=mover, lock=lock_key(context), context=sql.Literal(context),
        ownership=sql.Identifier("public", "boundaries_facades_ownership"),
        halted=sql.SQL(_HALTED).format(server=server_expression(connection)),
    )  # fmt: skip
    run_briefly(connection, [create], what=f"the gate of {context}")
    for table in tables:
        if not is_installed(connection, context, table):
            run_briefly(connection, _triggers(context, table), what=table.name)


def remove(connection: Connection, context: str) -> None:
    """Drop triggers and function; from here on the database stops nobody."""
    drop_with_triggers(connection, _function_name(context))


def is_installed(connection: Connection, context: str, table: Table) -> bool:
    """Whether the gate's triggers are on this table and fire always."""
    found = count_triggers(connection, table.places, _function_name(context))
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
                _trigger(context, kind), sql.SQL(when), place, sql.SQL(level), condition, _function(context)
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


def _function(context: str) -> sql.Identifier:
    return sql.Identifier("public", _function_name(context))


def _function_name(context: str) -> str:
    return f"boundaries_gate_{context}_{VERSION}"


def _trigger(context: str, kind: str) -> sql.Identifier:
    return sql.Identifier(f"boundaries_gate_{context}_{kind}")
