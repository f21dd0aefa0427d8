"""Of which statements, blocks and expressions is a statement made?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from boundaries.enforcement.source.facts import TEXT

_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
# The statements, other than functions and classes, that have such blocks.
COMPOUND = (
    ast.AsyncFor, ast.AsyncWith, ast.For, ast.If, ast.Match, ast.Try, ast.TryStar, ast.While, ast.With,
)  # fmt: skip
# Fields that hold no expressions, whatever the node.
_PLAIN = frozenset(
    {
        "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "module", "name", "names",
        "op", "ops", "simple", "str", "type_comment",
    }
)  # fmt: skip
_INNER = {
    kind: tuple(name for name in kind._fields if name not in _PLAIN)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind is not ast.Constant
}
_OWN = {kind: tuple(name for name in names if name not in _BLOCKS) for kind, names in _INNER.items()}


def assignments(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that statements assign, with their values."""
    for statement in statements:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif (
            isinstance(statement, ast.AnnAssign)
            and statement.value
            and isinstance(statement.target, ast.Name)
        ):
            yield statement.target.id, statement.value


def flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a class body, those under `if` and `try` included."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            for block in blocks(statement):
                yield from flat(block)


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of statements in a statement."""
    for name in statement._fields:
        if name in _BLOCKS:
            for item in (value := getattr(statement, name)):
                if isinstance(item, ast.ExceptHandler | ast.match_case):
                    yield item.body
            if value and isinstance(value[0], ast.stmt):
                yield value


def expressions(statement: ast.stmt) -> list[ast.AST]:
    """The statement's own expressions: not those of the blocks in it."""
    if isinstance(statement, ast.Try | ast.TryStar):
        return [handler.type for handler in statement.handlers if handler.type]
    return _nodes_in(statement, _OWN[type(statement)])


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one of an expression's, in order, of a call's keywords their values; faster than
    `ast.iter_child_nodes`.
    """
    kind = type(node)
    if kind is ast.Call:
        return [node.func, *node.args, *[keyword.value for keyword in node.keywords]]  # type: ignore[attr-defined]
    return _nodes_in(node, names) if (names := _INNER.get(kind)) else []


def spans_lines(node: ast.AST) -> bool:
    """Whether a node stands on several lines; one without a place of its own is as good as on one."""
    try:
        return node.lineno != node.end_lineno  # type: ignore[attr-defined,no-any-return]
    except AttributeError:
        return False


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """An expression's nodes, each before those below it."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def is_bare_string(statement: ast.stmt) -> bool:
    """A docstring, or code that somebody put in quotes."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def text_of(encoded: str | None) -> str:
    """The string that an encoded expression holds; empty for anything else."""
    return encoded[1:] if encoded and encoded[0] == TEXT else ""


def _nodes_in(node: ast.AST, names: tuple[str, ...]) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in names:
        value = getattr(node, name)
        if type(value) is list:
            found += filter(None, value)  # None stands for the key in {**given}
        elif value is not None:
            found.append(value)
    return found
