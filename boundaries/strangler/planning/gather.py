"""Where do the facts of a plan come from?

From the map, the running project's models, the source, the lint, and the database if it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.conf import settings

from boundaries.conf import setting
from boundaries.contexts.map import Context, ContextMap
from boundaries.contexts.ownership import models_of
from boundaries.contexts.table import TableSpec, tables_of
from boundaries.enforcement import api as lint
from boundaries.enforcement.source.cache import default_folder
from boundaries.errors import BoundaryError
from boundaries.facades.contract import facade_of
from boundaries.facades.local import implementation_of
from boundaries.strangler.code.closure import Closure, close
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning import catalogue, models
from boundaries.strangler.planning.crossing import crossings_of
from boundaries.strangler.planning.declared import declaration_of
from boundaries.strangler.planning.facts import DatabaseFacts, Facts, PlannedTable
from boundaries.strangler.planning.measured import measured_rates
from boundaries.strangler.planning.moved_code import describe_code
from boundaries.strangler.planning.surroundings import look_around


def gather(context_map: ContextMap, context: Context) -> Facts:
    """Everything that the plan of `context` is made of; the project's Django has to be running."""
    tree = SourceTree(context_map)
    closure = close(tree, context)
    facts = _gather(context_map, context, tree, closure)
    analysis = lint.analysis(context_map, cache_folder=default_folder())
    around = look_around(
        tree, analysis, context, closure,
        models=facts.models, relations=facts.relations, crossings=facts.crossings,
    )  # fmt: skip
    stored = [table.stored for table in facts.tables if table.stored is not None]
    return replace(
        facts,
        database=catalogue.add_neighbours(facts.database, stored, alias=setting("DATABASE")),
        items=around.items,
        dependents=around.dependents,
        held_calls=around.held_calls,
        owners={name: other.owner for name, other in context_map.contexts.items()},
        measured_rates=measured_rates(),
        notices=(*around.notices, *facts.notices),
    )


def gather_blocking(context_map: ContextMap, context: Context) -> Facts:
    """Only what blockers are found in: for gates, which are asked with every page of the control room."""
    tree = SourceTree(context_map)
    return _gather(context_map, context, tree, close(tree, context))


def _gather(context_map: ContextMap, context: Context, tree: SourceTree, closure: Closure) -> Facts:
    database, tables = _tables(context, tables_of(context.name))
    graph = lint.coupling_graph(context_map, cache_folder=default_folder())
    return Facts(
        context=context.name,
        declaration=declaration_of(context, problems=_door_problems(context)),
        database=database,
        models=tuple(models.describe_models(context.name, root=context_map.root)),
        tables=tables,
        relations=tuple(models.find_relations(context.name, root=context_map.root)),
        crossings=tuple(crossings_of(context_map, context, graph.couplings)),
        known_keys=models.find_known_keys(),
        user_model=settings.AUTH_USER_MODEL,
        code=describe_code(tree, context, closure, _labels_in),
        unresolved=graph.unresolved,
        notices=(*_generic_elsewhere(context), *graph.notices),
    )


def _door_problems(context: Context) -> Iterator[str]:
    for wanted, load in ((context.facade, facade_of), (context.implementation, implementation_of)):
        try:
            if wanted:
                load(context.name)
        except BoundaryError as error:
            yield error.what.rstrip(".")


def _tables(context: Context, specs: list[TableSpec]) -> tuple[DatabaseFacts, tuple[PlannedTable, ...]]:
    conditions = {spec.table: spec.where for spec in specs if spec.where}
    names = [spec.table for spec in specs] + _unmanaged(context)
    database, stored = catalogue.read_tables(names, alias=setting("DATABASE"), conditions=conditions)
    labels = {model._meta.db_table: model._meta.label for model in models_of(context.name)}
    planned = tuple(
        PlannedTable(
            spec.table, spec.key, spec.where, spec.gate, labels.get(spec.table), stored.get(spec.table)
        )
        for spec in specs
    )
    known = {spec.table for spec in specs}
    return replace(database, missing=tuple(name for name in database.missing if name in known)), planned


def _unmanaged(context: Context) -> list[str]:
    return [model._meta.db_table for model in models_of(context.name) if not model._meta.managed]


def _labels_in(modules: Collection[str]) -> dict[str, str]:
    return {model.__module__: model._meta.label for model in models.models_in(modules)}


def _generic_elsewhere(context: Context) -> list[str]:
    return [
        f"{field} can point at any model; look whether any of its rows point at {context.name}."
        for field in models.find_generic_foreign_keys_elsewhere(context.name)
    ]
