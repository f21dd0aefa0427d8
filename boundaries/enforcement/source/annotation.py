"""Which names does a door show in its signatures and the fields of its values?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from boundaries.enforcement.source.expression import dotted_name
from boundaries.enforcement.source.facts import AnnotationFact


def annotations_in(statements: Iterable[ast.stmt], scope: str = "") -> Iterator[AnnotationFact]:
    """Each dotted name in the annotations of public functions, methods and fields; private names are
    skipped.
    """
    for statement in statements:
        if isinstance(statement, ast.ClassDef) and not statement.name.startswith("_"):
            yield from annotations_in(statement.body, f"{scope}.{statement.name}".lstrip("."))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and not statement.name.startswith(
            "_"
        ):
            inner = f"{scope}.{statement.name}".lstrip(".")
            for annotation in _signature(statement):
                yield from _names(annotation, inner)
        elif isinstance(statement, ast.AnnAssign):
            yield from _names(statement.annotation, scope)


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    arguments = function.args
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra):
        if argument.annotation:
            yield argument.annotation
    if function.returns:
        yield function.returns


def _names(annotation: ast.expr, scope: str) -> Iterator[AnnotationFact]:
    stack: list[ast.AST] = [annotation]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            stack += _quoted(node)
            continue
        name = dotted_name(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name:
            yield AnnotationFact(name, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, scope)
        else:
            stack += ast.iter_child_nodes(node)


def _quoted(node: ast.Constant) -> list[ast.AST]:
    try:
        expression = ast.parse(str(node.value), mode="eval").body
    except (SyntaxError, ValueError):
        return []
    for inner in ast.walk(expression):
        ast.copy_location(inner, node)
    return [expression]
