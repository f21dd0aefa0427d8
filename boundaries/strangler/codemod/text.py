"""Where in a file does a node stand, and how is a piece of it replaced?"""

from __future__ import annotations

import ast
import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
# A third of all nodes, and no part of the text.
_SIGNS = (ast.expr_context, ast.boolop, ast.cmpop, ast.operator, ast.unaryop)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes from `start` to `end` of a file, and the text that takes their place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Position:
    """A node with what is around it: its parents (the nearest last), qualified name and functions."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    scope: str
    functions: tuple[Function, ...]

    @property
    def parent(self) -> ast.AST | None:
        """What the node is a part of."""
        return self.parents[-1] if self.parents else None


class Text:
    """One Python file, read. UTF-8 only: places in other encodings are not those that the parser gives.

    :raises SyntaxError: when this Python cannot parse it.
    :raises UnicodeDecodeError: when it is not UTF-8.
    """

    def __init__(self, content: bytes) -> None:
        content.decode()
        self.content = content
        self.tree = ast.parse(content)
        self._starts = [len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0]
        for line in content.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        if self._starts[0]:
            self._starts[1:] = [start - self._starts[0] for start in self._starts[1:]]

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if b"\r\n" in self.content else "\n"

    @property
    def quote(self) -> str:
        """The quotes that it uses."""
        return "'" if self.content.count(b"'") > self.content.count(b'"') else '"'

    def offset(self, line: int, column: int) -> int:
        """The place of a 1-based line and a 0-based column, in bytes."""
        return self._starts[line - 1] + column

    def start(self, node: ast.AST) -> int:
        """Where a node begins."""
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Where a node ends."""
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.content[self.start(node) : self.end(node)].decode()

    def replace(self, node: ast.AST, text: str) -> Edit:
        """The edit that puts a text in a node's place."""
        return Edit(self.start(node), self.end(node), text)

    def positions(self) -> Iterator[Position]:
        """Every node of the file, from the outside in."""
        stack: list[Position] = [Position(self.tree, (), "", ())]
        while stack:
            position = stack.pop()
            yield position
            scope, functions = _inside(position)
            parents = (*position.parents, position.node)
            children = ast.iter_child_nodes(position.node)
            stack += [Position(c, parents, scope, functions) for c in children if not isinstance(c, _SIGNS)]


def apply(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content with all edits made; the same edit twice is made once.

    :raises ValueError: when two of them overlap.
    """
    parts: list[bytes] = []
    at = 0
    for edit in sorted(set(edits)):
        if edit.start < at:
            raise ValueError(f"two edits overlap at byte {edit.start}")
        parts += [content[at : edit.start], edit.text.encode()]
        at = edit.end
    return b"".join([*parts, content[at:]])


def _inside(position: Position) -> tuple[str, tuple[Function, ...]]:
    node, scope = position.node, position.scope
    if isinstance(node, Function | ast.ClassDef):
        within = f"{scope}.<locals>" if position.functions and _is_in_function(position) else scope
        scope = f"{within}.{node.name}" if within else node.name
    functions = (*position.functions, node) if isinstance(node, Function) else position.functions
    return scope, functions


def _is_in_function(position: Position) -> bool:
    around = [parent for parent in position.parents if isinstance(parent, Function | ast.ClassDef)]
    return bool(around) and isinstance(around[-1], Function)
