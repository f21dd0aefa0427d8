"""How is a plan made of any project, from its source alone?

Nothing of the project is imported or run, and the kit need not be installed in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement import api as lint
from boundaries.strangler.code.closure import close
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning import model_source
from boundaries.strangler.planning.asked_database import ask
from boundaries.strangler.planning.crossing import crossings_of
from boundaries.strangler.planning.declared import declaration_of
from boundaries.strangler.planning.facts import DatabaseFacts, Facts, ModelFacts, PlannedTable
from boundaries.strangler.planning.moved_code import describe_code
from boundaries.strangler.planning.surroundings import look_around

_NOT_ASKED = DatabaseFacts(vendor="postgresql", problem="none was named: --database URL")


def gather_from_source(
    context_map: ContextMap, context: Context, *, cache_folder: Path | None = None, record: Path | None = None,
    database: str | None = None,
) -> Facts:  # fmt: skip
    """Everything that the plan of `context` is made of, as far as the source tells; and the database, if one is named.

    :raises boundaries.strangler.planning.asked_database.DatabaseNotAsked: when it does not answer.
    """
    # In this order: what the graph has read is kept, and need not be read again.
    graph = lint.coupling_graph(context_map, cache_folder=cache_folder, record=record)
    analysis = lint.analysis(context_map, cache_folder=cache_folder)
    tree = SourceTree(context_map)
    closure = close(tree, context)
    models = model_source.describe_models(analysis, context.name)
    crossings = tuple(crossings_of(context_map, context, graph.couplings))
    told, tables = _ask(database, models, model_source.find_tables(analysis, context.name))
    relations = tuple(model_source.find_relations(analysis, context.name, graph.couplings))
    around = look_around(
        tree, analysis, context, closure, models=models, relations=relations, crossings=crossings
    )
    return Facts(
        context=context.name,
        declaration=declaration_of(context),
        database=told,
        models=tuple(models),
        tables=tables,
        relations=relations,
        crossings=crossings,
        known_keys=model_source.find_known_keys(analysis),
        evidence="source",
        user_model=analysis.settings.user_model(),
        code=describe_code(
            tree, context, close(tree, context), lambda modules: _labels_in(analysis, modules)
        ),
        items=around.items,
        dependents=around.dependents,
        held_calls=around.held_calls,
        owners={name: other.owner for name, other in context_map.contexts.items()},
        unresolved=graph.unresolved,
        notices=(*around.notices, *_notices(analysis, context.name), *graph.notices),
    )


def _ask(
    database: str | None, models: list[ModelFacts], planned: list[PlannedTable]
) -> tuple[DatabaseFacts, tuple[PlannedTable, ...]]:
    if database is None:
        return _NOT_ASKED, tuple(planned)
    moving = [table.table for table in planned]
    told, stored = ask(database, [*moving, *(model.table for model in models if not model.managed)])
    missing = tuple(name for name in told.missing if name in moving)
    return replace(told, missing=missing), tuple(
        replace(table, stored=stored.get(table.table)) for table in planned
    )


def _labels_in(analysis: lint.Analysis, modules: Collection[str]) -> dict[str, str]:
    return {
        model.symbol.module: model.dotted
        for model in analysis.models.all()
        if model.symbol.module in modules and not model.fact.abstract and not model.fact.proxy
    }


def _notices(analysis: lint.Analysis, context: str) -> Iterator[str]:
    for field in model_source.find_generic_foreign_keys_elsewhere(analysis, context):
        yield f"{field} can point at any model; look whether any of its rows point at {context}."
    for model, parent in model_source.find_unknown_parents(analysis, context):
        yield f"{model} inherits {parent} of a package: if that has a table of its own, it cannot move."
