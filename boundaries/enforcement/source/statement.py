"""Of which statements, blocks and expressions is a statement made?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from boundaries.enforcement.source.facts import TEXT

_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
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


def expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement's own expressions: not those of the blocks in it."""
    for name in statement._fields:
        value = getattr(statement, name)
        if name == "handlers":
            yield from (handler.type for handler in value if handler.type)
        if name in _BLOCKS:
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one of an expression's, in order; as `ast.iter_child_nodes`, in a third of its time."""
    found: list[ast.AST] = []
    for name in _INNER.get(type(node), ()):
        value = getattr(node, name)
        if isinstance(value, list):
            found += filter(None, value)  # None stands for the key in {**given}
        elif value is not None:
            found.append(value)
    return found


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
