"""Does a service need another one to come up?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from boundaries.enforcement.landscape.code import Module, modules_of
from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.landscape.hit import Hit

CODE = "BD246"
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def find(landscape: Landscape) -> Iterator[Hit]:
    """Calls through another context's door while a module is imported or an app gets ready."""
    doors = {
        context.facade.replace(":", "."): context.name
        for context in landscape.map.contexts.values()
        if context.facade
    }
    for service in landscape.services:
        for module in modules_of(service):
            bound = {
                name: doors[dotted]
                for name, dotted in _imported(module)
                if dotted in doors and doors[dotted] != service.name
            }
            if bound:
                yield from _calls(service, module, module.body, bound)


def _imported(module: Module) -> Iterator[tuple[str, str]]:
    for node in module.nodes():
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _calls(
    service: Deployable, module: Module, nodes: Sequence[ast.AST], bound: dict[str, str]
) -> Iterator[Hit]:
    for node in nodes:
        is_ready = isinstance(node, ast.FunctionDef) and node.name == "ready"
        if isinstance(node, _LATER) and not is_ready:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.value
            if isinstance(called, ast.Name) and called.id in bound:
                target = f"{called.id}.{node.func.attr}"
                yield Hit(
                    CODE, module.path, node.lineno, service.name, bound[called.id], f"{module.name}:", target
                )
        yield from _calls(service, module, list(ast.iter_child_nodes(node)), bound)
