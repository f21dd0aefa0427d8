"""Of which statements, blocks and expressions is a statement made?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from boundaries.enforcement.source.facts import TEXT

_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})


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


def is_bare_string(statement: ast.stmt) -> bool:
    """A docstring, or code that somebody put in quotes."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def text_of(encoded: str | None) -> str:
    """The string that an encoded expression holds; empty for anything else."""
    return encoded[1:] if encoded and encoded[0] == TEXT else ""
