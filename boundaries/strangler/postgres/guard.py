"""How do the monolith's old tables stay closed, once nothing of the move is left?

The gate asks the ownership row and waits at the switch's lock. After `complete` there is no switch any more: one small
function stands in its place and refuses everybody with the same SQLSTATE, so that a stray writer gets the same clear
error, and a facade with an old route still finds the owner. It goes with the tables when the leave-migration moves
them, and with the last of them when they are purged.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.ddl import count_triggers, run_briefly
from boundaries.strangler.postgres.table import Table

_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $guard$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'MG001',
        MESSAGE = format('%s does not accept writes to %s: its service has everything', current_database(), {context}),
        DETAIL = json_build_object('context', {context}, 'epoch', {epoch})::text,
        HINT = 'Call the facade of ' || {context} || '. These tables only wait to be retired by its leave-migration.';
END
$guard$
"""
_EVENTS = {"dml": "BEFORE INSERT OR UPDATE OR DELETE", "trn": "BEFORE TRUNCATE"}


def install(connection: Connection, context: str, tables: Sequence[Table], *, epoch: int) -> None:
    """Close the context's own tables for good; what is there already is left alone.

    Tables that several contexts share stay as they are: what is of this context in them is written after its own.
    """
    function = sql.Identifier("public", _name(context))
    create = sql.SQL(_FUNCTION).format(
        function=function, context=sql.Literal(context), epoch=sql.Literal(epoch)
    )
    run_briefly(connection, [create], what=f"the guard of {context}")
    for table in tables:
        if not table.is_shared and not is_installed(connection, context, table):
            run_briefly(connection, _triggers(context, table, function), what=table.name)


def is_installed(connection: Connection, context: str, table: Table) -> bool:
    """Whether the guard stands before this table and all its partitions."""
    return count_triggers(connection, table.places, _name(context)) == len(_EVENTS) * len(table.places)


def _triggers(context: str, table: Table, function: sql.Identifier) -> list[sql.SQL | sql.Composed]:
    statements: list[sql.SQL | sql.Composed] = []
    for place in table.places:
        for kind, when in _EVENTS.items():
            trigger = sql.Identifier(f"boundaries_left_{context}_{kind}")
            statements += [
                sql.SQL("CREATE OR REPLACE TRIGGER {} {} ON {} FOR EACH STATEMENT EXECUTE FUNCTION {}()").format(
                    trigger, sql.SQL(when), place, function
                ),
                sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(place, trigger),
            ]  # fmt: skip
    return statements


def _name(context: str) -> str:
    return f"boundaries_left_{context}"
