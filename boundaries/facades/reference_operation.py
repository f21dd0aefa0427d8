"""How does a migration make a foreign key a reference, and a reference a foreign key again?

Only the constraint comes or goes: the table is not rewritten, its indexes keep their names. On PostgreSQL no lock is
waited for longer than half a second, since whoever waits for it makes all later queries on the table wait too; the
migration that holds the operation should say `atomic = False`, so that each lock is let go at once.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AlterField
from django.db.migrations.state import ProjectState
from django.db.models import Field, Model

from boundaries.errors import BoundaryError
from boundaries.facades.reference import Reference

LOCK_TIMEOUT_MS = 500
TRIES = 60
PAUSE_SECONDS = 1.0

_CONSTRAINTS = """
    SELECT k.conname, k.convalidated FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = %s
    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = to_regclass(%s) AND k.conkey = ARRAY[a.attnum]
"""
_LOCK_NOT_AVAILABLE = "55P03"


class ColumnWouldChange(BoundaryError):
    """Raised when more than the constraint would have to change."""

    code = "BD837"
    problem = "{field} cannot be altered as it stands: {differences}."
    remedy = "Give both the same `to_type`, `db_column`, `unique`, `null` and `db_index`; change these in a migration of their own."


class TableBusy(BoundaryError):
    """Raised when a lock could not be had in all tries. Nothing has changed."""

    code = "BD838"
    problem = "{table} was never free for {timeout_ms} ms in {tries} tries."
    remedy = "Look for long transactions on it (pg_stat_activity), then run `migrate` again."


class ConstraintNotValid(BoundaryError):
    """Raised on the way back when rows point at nothing. The constraint is there and holds for new rows."""

    code = "BD839"
    problem = "Rows of {table} point at nothing by {column}: {reason}."
    remedy = "Find and handle them (`boundaries references`), then run `migrate` again."


class AlterReference(AlterField):
    """Alter a ForeignKey or OneToOneField to a `Reference` of the same column, or back.

    Back, the constraint is added NOT VALID and validated on its own, while others read and write; this needs a
    migration with `atomic = False`. Databases other than PostgreSQL do what Django's AlterField does.
    Can be run again after it was cut off.

    :raises ColumnWouldChange: before anything is done.
    :raises TableBusy: when a table is not free for a moment within a minute or so.
    :raises ConstraintNotValid: on the way back, for rows that point at nothing.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop or add the constraint."""
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        if connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(connection.alias, model):
            old = from_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
            new = model._meta.get_field(self.name)
            _require_same_column(old, new, connection)
            if isinstance(new, Reference):
                _drop(schema_editor, model, new)
            elif getattr(new, "db_constraint", False):
                _add(schema_editor, model, new)
                _validate(schema_editor, model, new)

    def describe(self) -> str:
        """As `migrate` shows it."""
        return f"Alter the constraint alone of {self.name} on {self.model_name}"


def _require_same_column(old: Any, new: Any, connection: Any) -> None:
    both = {
        "column": (old.column, new.column),
        "type": (old.db_type(connection), new.db_type(connection)),
        "unique": (old.unique, new.unique),
        "null": (old.null, new.null),
        "db_index": (old.db_index or old.unique, new.db_index or new.unique),
    }
    differences = [f"{name} from {a} to {b}" for name, (a, b) in both.items() if a != b]
    if differences:
        raise ColumnWouldChange(field=str(new), differences=", ".join(differences))


def _drop(editor: BaseDatabaseSchemaEditor, model: type[Model], field: Field[Any, Any]) -> None:
    table = editor.quote_name(model._meta.db_table)
    for name, _is_valid in _constraints(editor, model, field):
        quoted = editor.quote_name(name)
        # A transaction that has written these rows may owe the check; it is made now, as Django does.
        _run_briefly(
            editor,
            table,
            f"SET CONSTRAINTS {quoted} IMMEDIATE",
            f"ALTER TABLE {table} DROP CONSTRAINT {quoted}",
        )


def _add(editor: Any, model: type[Model], field: Field[Any, Any]) -> None:
    if not _constraints(editor, model, field):
        # Under Django's own name, so that it finds the constraint again.
        made = editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")  # noqa: SLF001
        _run_briefly(editor, editor.quote_name(model._meta.db_table), f"{made} NOT VALID")


def _validate(editor: BaseDatabaseSchemaEditor, model: type[Model], field: Field[Any, Any]) -> None:
    table = editor.quote_name(model._meta.db_table)
    for name, is_valid in _constraints(editor, model, field):
        if not is_valid:
            try:
                _run_briefly(
                    editor, table, f"ALTER TABLE {table} VALIDATE CONSTRAINT {editor.quote_name(name)}"
                )
            except IntegrityError as error:
                reason = str(error).strip().splitlines()[-1]
                raise ConstraintNotValid(table=table, column=field.column, reason=reason) from error


def _constraints(editor: BaseDatabaseSchemaEditor, model: type[Model], field: Any) -> list[tuple[str, bool]]:
    """The foreign keys on the column: name, and whether all rows are known to keep it."""
    with editor.connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [field.column, editor.quote_name(model._meta.db_table)])
        return list(cursor.fetchall())


def _run_briefly(editor: BaseDatabaseSchemaEditor, table: str, *statements: str) -> None:
    """Run statements together, giving way to others whenever a lock is not free at once."""
    if editor.collect_sql:
        for statement in statements:
            editor.execute(statement, params=None)
        return None
    for number in range(TRIES):
        if number:
            time.sleep(PAUSE_SECONDS)
        try:
            return _run_once(editor, statements)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
    raise TableBusy(table=table, timeout_ms=LOCK_TIMEOUT_MS, tries=TRIES)


def _run_once(editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    connection = editor.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        for statement in statements:
            editor.execute(statement, params=None)
        # What follows in an enclosing transaction waits as it did.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", before)
