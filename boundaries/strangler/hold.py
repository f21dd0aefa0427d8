"""Which migrations must wait while a context moves?

`migrate` runs everything else, then ends with an error, so that no release goes on to code whose columns are missing.
A migration is judged by what the follower would say of the tables after it: the columns that it makes are compared with
those that the other side really has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.apps import AppConfig, apps
from django.core.management import CommandError
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.db.models.signals import post_migrate, pre_migrate

from boundaries.conf import setting
from boundaries.contexts.map import Context, current_map
from boundaries.contexts.ownership import context_of_table, models_of
from boundaries.errors import BoundaryError
from boundaries.strangler.flow import both_sides
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.postgres.drift import compare_columns
from boundaries.strangler.postgres.table import Column, read_columns

_AFTER = "boundaries_after"


class MigrationHeld(BoundaryError):
    """Raised at the end of `migrate` when migrations of a moving context were held; all others were run."""

    code = "BD590"
    problem = "Not run, since a context is moving: {held}. The other migrations were run."
    remedy = (
        "Add a column on the side that does not own the writes first; drop one where the writes are first. "
        "Then run `migrate` again. Other changes of tables wait until the move is complete."
    )


@dataclass(frozen=True, slots=True)
class _Mover:
    """A context that is followed now, as the judge needs it: who writes, and both sides' columns by table."""

    context: Context
    labels: frozenset[str]
    writes_here: bool
    theirs: dict[str, tuple[Column, ...]]
    trouble: str = ""


def connect(config: AppConfig) -> None:
    """Look at each plan of `migrate` before it is run; call it in `ready()`."""
    pre_migrate.connect(hold_migrations, sender=config, dispatch_uid="boundaries_hold_migrations")


def hold_migrations(*, using: str, plan: list[tuple[Migration, bool]], **_kwargs: Any) -> None:
    """Take the migrations that cannot be followed now, and those that depend on them, out of the plan of `migrate`."""
    if using != setting("DATABASE") or not setting("HOLD_MIGRATIONS"):
        return
    movers = [mover for mover in _movers(using) if any(step.app_label in mover.labels for step, _ in plan)]
    if not movers:
        return
    held = dict(_judge(using, plan, movers))
    graph = MigrationExecutor(connections[using]).loader.graph
    for step, is_backwards in plan:
        key = (step.app_label, step.name)
        needed = () if is_backwards or key not in graph.nodes else graph.forwards_plan(key)
        if key not in held and (first := next((one for one in needed if one in held), None)):
            held[key] = f"it depends on {'.'.join(first)}"
    if held:
        plan[:] = [(step, way) for step, way in plan if (step.app_label, step.name) not in held]
        _fail_at_the_end(
            MigrationHeld(held="; ".join(f"{'.'.join(key)} ({why})" for key, why in held.items()))
        )


def _fail_at_the_end(error: MigrationHeld) -> None:
    """Raise in the very last receiver of the very last signal, so that nobody else misses one."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]

    def fail(sender: AppConfig, **_kwargs: Any) -> None:
        post_migrate.disconnect(sender=sender, dispatch_uid=_AFTER)
        # The form in which Django shows one line and no traceback.
        raise CommandError(error.render(), returncode=2) from error

    post_migrate.connect(fail, sender=last, weak=False, dispatch_uid=_AFTER)


def _movers(using: str) -> Iterator[_Mover]:
    """The contexts that are followed; none in a database that does not know the mover yet."""
    if Extraction._meta.db_table not in connections[using].introspection.table_names():
        return
    followed = Extraction.objects.using(using).filter(
        wanted=Wanted.FOLLOWING, context__in=current_map().contexts
    )
    for name in followed.values_list("context", flat=True):
        context = current_map().context(name)
        labels = frozenset(model._meta.app_label for model in models_of(name))
        try:
            with both_sides(context, as_they_are=True) as both:
                theirs = {spec.table: read_columns(both.service, spec.quoted) for spec in both.specs}
                yield _Mover(context, labels, both.owner() != "service", theirs)
        except (BoundaryError, psycopg.Error) as error:
            reason = error.what if isinstance(error, BoundaryError) else str(error).strip().partition("\n")[0]
            yield _Mover(context, labels, True, {}, trouble=reason.rstrip("."))


def _judge(
    using: str, plan: list[tuple[Migration, bool]], movers: list[_Mover]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The migrations that would stop the follower, each with the reason."""
    loader = MigrationExecutor(connections[using]).loader
    state = loader.project_state([key for key in loader.applied_migrations if key in loader.graph.nodes])
    for step, is_backwards in plan:
        if is_backwards:
            if any(step.app_label in mover.labels for mover in movers):
                yield (step.app_label, step.name), "it would be taken back"
            continue
        after = step.mutate_state(state, preserve=True)
        for mover in movers:
            if step.app_label in mover.labels:
                problems = list(_problems(using, mover, step.app_label, state, after))
                if problems:
                    yield (step.app_label, step.name), ", ".join(problems)
                    break
        else:
            state = after


def _problems(
    using: str, mover: _Mover, label: str, before: ProjectState, after: ProjectState
) -> Iterator[str]:
    """What the follower would say after the migration, of the tables of this context that it changes."""
    earlier, later = _tables(before, label), _tables(after, label)
    for table in sorted(earlier.keys() | later.keys()):
        if context_of_table(table) != mover.context.name and table not in mover.theirs:
            continue
        if table in later:
            yield from _column_problems(using, mover, earlier.get(table), later[table])
        else:
            yield f"{table} is gone or renamed"


def _tables(state: ProjectState, label: str) -> dict[str, type[Model]]:
    """The models of an app that have a table of their own."""
    return {
        model._meta.db_table: model
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.app_label == label and model._meta.managed and not model._meta.proxy
    }


def _column_problems(
    using: str, mover: _Mover, earlier: type[Model] | None, later: type[Model]
) -> Iterator[str]:
    """Only the columns that the migration changes are judged: what else differs is not its fault."""
    before = {column.name: column for column in _columns(using, earlier)} if earlier else {}
    after = {column.name: column for column in _columns(using, later)}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed:
        return
    if mover.trouble:
        yield f"what {mover.context.name} has on the other side could not be seen: {mover.trouble}"
        return
    table = later._meta.db_table
    ours = [column for name, column in after.items() if name in changed]
    theirs = [column for column in mover.theirs.get(table, ()) if column.name in changed or not earlier]
    if not earlier and not theirs:
        yield f"{table} is missing on the other side"
        return
    left, right = (ours, theirs) if mover.writes_here else (theirs, ours)
    yield from compare_columns(table, left, right)


def _columns(using: str, model: type[Model]) -> tuple[Column, ...]:
    """The columns as this database would make them: those of a temporary table that is gone at once."""
    connection = connections[using]
    parts, values = [], []
    with connection.schema_editor(collect_sql=True) as editor:
        for field in model._meta.local_concrete_fields:
            definition, arguments = editor.column_sql(model, field)
            parts.append(f"{connection.ops.quote_name(str(field.column))} {definition}")
            values += arguments or []
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {_AFTER} ({', '.join(parts)})", values or None)
        try:
            return read_columns(connection.connection, f"pg_temp.{_AFTER}")
        finally:
            cursor.execute(f"DROP TABLE pg_temp.{_AFTER}")
