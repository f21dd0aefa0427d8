"""Do two deployables keep their data in one place?"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from boundaries.enforcement.kinds.sql import tables_in
from boundaries.enforcement.landscape.code import Module, is_model, modules_of
from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.landscape.hit import Hit, declared

CODE = "BD240"
_RUNS = frozenset({"execute", "executemany", "raw", "RunSQL", "extra"})


def find(landscape: Landscape) -> Iterator[Hit]:
    """One database for two services; models of another context in a service; SQL on another context's tables."""
    yield from _one_database(landscape)
    for service in landscape.services:
        for module in modules_of(service):
            yield from _foreign_models(landscape, service, module)
            yield from _foreign_tables(landscape, service, module)


def _one_database(landscape: Landscape) -> Iterator[Hit]:
    seen: dict[str, str] = {}
    for service in landscape.services:
        declaration = landscape.map.context(service.name).service
        if declaration is None or declaration.database is None:
            continue
        first = seen.setdefault(declaration.database, service.name)
        if first != service.name:
            target = f"the database {_without_password(declaration.database)}"
            yield declared(CODE, landscape.map, service.name, other=first, target=target)


def _foreign_models(landscape: Landscape, service: Deployable, module: Module) -> Iterator[Hit]:
    owner = landscape.map.context_of_module(module.name)
    if owner is None or owner == service.name:
        return
    for node in module.classes:
        if is_model(node):
            target = f"{module.name}.{node.name}"
            yield Hit(
                CODE, module.path, node.lineno, service.name, owner, f"{module.name}:{node.name}", target
            )


def _foreign_tables(landscape: Landscape, service: Deployable, module: Module) -> Iterator[Hit]:
    for node in module.nodes():
        if isinstance(node, ast.Call) and _name(node.func) in _RUNS:
            for table in sorted(tables_in("\n".join(_texts(node)))):
                owner = _owner_of(table, landscape)
                if owner not in {None, service.name}:
                    yield Hit(
                        CODE, module.path, node.lineno, service.name, str(owner), f"{module.name}:", table
                    )


def _texts(node: ast.Call) -> Iterator[str]:
    for argument in node.args[:1]:
        for inner in ast.walk(argument):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value


def _owner_of(table: str, landscape: Landscape) -> str | None:
    """By the name that Django gives a table: the app's label, an underscore, the model."""
    labels = {
        package.rpartition(".")[2]: context.name
        for context in landscape.map.contexts.values()
        for package in context.packages
    }
    return next((owner for label, owner in labels.items() if table.startswith(f"{label}_")), None)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _without_password(database: str) -> str:
    return database if database.startswith("env:") else database.rpartition("@")[2]
