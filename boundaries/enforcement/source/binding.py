"""What was a local name of a function bound to, as far as the function itself tells?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from boundaries.enforcement.source.expression import dotted_name, encode
from boundaries.enforcement.source.facts import TEXT
from boundaries.enforcement.source.sieve import Lines
from boundaries.enforcement.source.statement import blocks

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# Calls that hand on what their first argument is made of.
GETTING = frozenset({"aget_list_or_404", "aget_object_or_404", "get_list_or_404", "get_object_or_404"})
_PASSING = GETTING | {"list", "set", "sorted"}
_MOST_ORIGINS = 3


class Bindings:
    """The origins of local names, by function; a function is walked only when one of its names is asked for.

    Only statements on lines worth a look bind: the others may have been left unparsed.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._known: dict[Function, dict[str, str]] = {}

    def origin(self, name: str, functions: tuple[Function, ...]) -> str:
        """What a name was bound to in the innermost function that binds it, `|` between several: chains of names,
        encoded strings and loads of models; empty where there is nothing.
        """
        for function in reversed(functions):
            if function not in self._known:
                self._known[function] = self._origins(function)
            if name in self._known[function]:
                return self._known[function][name]
        return ""

    def _origins(self, function: Function) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for name, origin in (*_parameters(function), *self._assigned(function.body)):
            known = found.setdefault(name, [])
            if origin not in known:
                known.append(origin)
        return {name: "" if len(known) > _MOST_ORIGINS else "|".join(known) for name, known in found.items()}

    def _assigned(self, statements: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
        for statement in statements:
            if self._lines.hold_statement(statement):
                yield from _bindings(statement)
                for block in blocks(statement):
                    yield from self._assigned(block)


def names_of_comprehension(node: Comprehension) -> dict[str, str]:
    """The names that a comprehension binds, with their origins."""
    return dict(bound for generator in node.generators for bound in _bindings(generator))


def _parameters(function: Function) -> Iterator[tuple[str, str]]:
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation and (origin := _annotated(argument.annotation)):
            yield argument.arg, origin


def _bindings(node: ast.AST) -> Iterator[tuple[str, str]]:
    for target, value in _targets(node):
        origin = _made_of(value)
        if isinstance(target, ast.Name) and origin and origin.partition(".")[0] != target.id:
            yield target.id, origin


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield node.target, node.iter


def _made_of(value: ast.expr) -> str:
    while True:
        if isinstance(value, ast.Await):
            value = value.value
        elif (
            isinstance(value, ast.Call)
            and value.args
            and dotted_name(value.func).rpartition(".")[2] in _PASSING
        ):
            value = value.args[0]
        else:
            encoded = encode(value)
            return encoded if TEXT in encoded else dotted_name(value)


def _annotated(node: ast.expr) -> str:
    """The class in an annotation: `Order`, `"Order"`, `Order | None`, `QuerySet[Order]`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and node.value.isidentifier() else ""
    if isinstance(node, ast.BinOp):
        return _annotated(node.left) or _annotated(node.right)
    if isinstance(node, ast.Subscript):
        return _annotated(node.slice)
    return dotted_name(node) if isinstance(node, ast.Name | ast.Attribute) else ""
