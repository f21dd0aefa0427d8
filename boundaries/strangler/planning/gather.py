"""Where do the facts of a plan come from?

From the map, the running project's models, the source, the lint, and the database if it answers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from boundaries.conf import setting
from boundaries.contexts.map import Context, ContextMap
from boundaries.contexts.ownership import models_of
from boundaries.contexts.table import TableSpec, tables_of
from boundaries.enforcement import api as lint
from boundaries.enforcement.source.cache import default_folder
from boundaries.enforcement.source.tree import SourceFile
from boundaries.errors import BoundaryError
from boundaries.facades.contract import facade_of
from boundaries.facades.local import implementation_of
from boundaries.strangler.code.closure import Closure, close
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning import catalogue, models
from boundaries.strangler.planning.facts import (
    CodeFacts,
    Crossing,
    DatabaseFacts,
    Declaration,
    Facts,
    Place,
    PlannedTable,
    Refusal,
)

_BY_HAND = frozenset({"RunSQL", "RunPython", "CreateExtension", "TrigramExtension", "UnaccentExtension"})


def gather(context_map: ContextMap, context: Context) -> Facts:
    """Everything that the plan of `context` is made of; the project's Django has to be running."""
    tree = SourceTree(context_map)
    closure = close(tree, context)
    specs = tables_of(context.name)
    database, tables = _tables(context, specs)
    graph = lint.coupling_graph(context_map, cache_folder=default_folder())
    return Facts(
        context=context.name,
        declaration=_declaration(context),
        database=database,
        models=tuple(models.describe_models(context.name, root=context_map.root)),
        tables=tables,
        relations=tuple(models.find_relations(context.name, root=context_map.root)),
        crossings=tuple(_crossings(context_map, context, graph.couplings)),
        known_keys=models.find_known_keys(),
        code=_code(tree, context, closure),
        unresolved=graph.unresolved,
        notices=(*_generic_elsewhere(context), *graph.notices),
    )


def _declaration(context: Context) -> Declaration:
    service = context.service
    return Declaration(
        facade=context.facade,
        implementation=context.implementation,
        claims_models=context.models,
        has_service=service is not None,
        service_url=service.url if service else None,
        service_database=service.database if service else None,
        problems=tuple(_door_problems(context)),
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


def _crossings(
    context_map: ContextMap, context: Context, couplings: tuple[lint.Coupling, ...]
) -> Iterator[Crossing]:
    for item in couplings:
        if context.name not in (item.source_context, item.target_context):
            continue
        yield Crossing(
            kind=item.kind,
            place=Place(item.path, item.line),
            source_context=item.source_context,
            target_context=item.target_context,
            source=item.source,
            target=item.target,
            breaks_rule=item.rule is not None,
            through_door=item.kind == "import"
            and context_map.context(item.target_context).is_public(item.target),
            detail=item.detail,
        )


def _code(tree: SourceTree, context: Context, closure: Closure) -> CodeFacts:
    migrations = [file for file in tree.owned_by(context.name) if file.purpose == "migration"]
    return CodeFacts(
        packages=context.packages,
        files=len(closure.moved),
        lines=sum(Path(file.path).read_bytes().count(b"\n") for file in closure.moved),
        test_files=len(closure.tests),
        borrowed=tuple(file.module for file in closure.borrowed),
        tests_left=tuple(file.module for file in closure.tests_left),
        refusals=(*closure.refusals, *_borrowed_models(closure), *_taken_names(closure)),
        operations_in_migrations=tuple(item for file in migrations for item in _by_hand(tree, file)),
    )


def _borrowed_models(closure: Closure) -> Iterator[Refusal]:
    """A copied module with a table would need that table, and its rows stay."""
    files = {file.module: file for file in closure.borrowed}
    for model in models.models_in(files):
        yield Refusal(
            Place(files[model.__module__].relative, 1),
            model.__module__,
            f"holds the table of {model._meta.label}, whose rows stay",
            "Make the model abstract, or keep the import of its module behind a facade.",
        )


def _taken_names(closure: Closure) -> Iterator[Refusal]:
    for file in closure.moved:
        if file.module.partition(".")[0] in ("service", "service_migrations"):
            yield Refusal(
                Place(file.relative, 1),
                file.module,
                "has the name of the package that holds the service's own settings",
                "Rename the package; the names `service` and `service_migrations` are taken.",
            )
            return


def _by_hand(tree: SourceTree, file: SourceFile) -> Iterator[tuple[str, Place]]:
    """Operations that a history made from the models alone will not have."""
    for node in (found for statement in tree.body_of(file) for found in ast.walk(statement)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _BY_HAND:
                yield name, Place(file.relative, node.lineno)


def _generic_elsewhere(context: Context) -> list[str]:
    return [
        f"{field} can point at any model; look whether any of its rows point at {context.name}."
        for field in models.find_generic_foreign_keys_elsewhere(context.name)
    ]
