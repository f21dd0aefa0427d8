"""Where are some words used as attributes, keywords or strings, in files and templates?

All files are walked once for all words; what is kept of a place is small, since a project has many.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boundaries.enforcement.source.binding import Bindings, Comprehension, names_of_comprehension
from boundaries.enforcement.source.expression import dotted_name, last_name
from boundaries.enforcement.source.sieve import Lines
from boundaries.strangler.codemod.ground import Ground
from boundaries.strangler.codemod.text import Position, Text

_TEMPLATE_WALK = re.compile(r"\b[A-Za-z_]\w*\.(\w+)\b")
_IN_QUERIES = frozenset({"Q", "F", "Avg", "Count", "Max", "Min", "OuterRef", "Sum"})
# In these, a path only says which column is meant. `values()` and a class's options make names of it.
READS_COLUMN = _IN_QUERIES | {
    "aget", "defer", "distinct", "earliest", "exclude", "filter", "get", "latest", "only", "order_by", "values_list",
}  # fmt: skip
_PATH = re.compile(r"-?[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Mention:
    """One place. `role` is `attribute`, `keyword`, `string` or `template`; `said` is what stands there, `value` what
    a keyword is given.

    `chain` is the dotted receiver of an attribute, or of the call around a keyword or string; `origin` what its first
    name was bound to. `receiver_end`, `start` and `end` are bytes; `next_attribute` is what is taken of an attribute, and
    `next_end` where that ends. `holder` is the call or assignment around a keyword or string, `rest` its other
    arguments (`start`, `end`), in order.
    """

    word: str
    path: str
    module: str
    line: int
    role: str
    said: str
    value: str = ""
    scope: str = ""
    chain: str = ""
    origin: str = ""
    holder: str = ""
    start: int = 0
    end: int = 0
    receiver_start: int = 0
    receiver_end: int = 0
    next_attribute: str = ""
    next_end: int = 0
    is_read: bool = True
    is_called: bool = False
    is_none_test: bool = False
    call_end: int = 0
    arguments: tuple[tuple[int, int], ...] = ()


class Mentions:
    """Every place where one of some words is used, by word."""

    def __init__(self, ground: Ground, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._found: dict[str, list[Mention]] = defaultdict(list)
        self.unread: list[str] = []
        if self._words:
            pattern = re.compile(
                rb"(?<![A-Za-z0-9])(?:" + b"|".join(re.escape(w.encode()) for w in self._words) + rb")"
            )
            for path, file in ground.files.items():
                if file.purpose != "migration" and pattern.search(content := ground.content(path)):
                    self._read(ground, path, content)

    def of(self, word: str) -> list[Mention]:
        """The places of one word."""
        return self._found.get(word, [])

    def _read(self, ground: Ground, path: str, content: bytes) -> None:
        file = ground.files[path]
        if file.template:
            self._add(_in_template(content.decode(errors="replace"), path, file.module, self._words))
            return
        try:
            text = Text(content)
        except (SyntaxError, ValueError, RecursionError):
            self.unread.append(path)
            return
        self._add(_Reader(text, path, file.module, self._words).read())

    def _add(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            self._found[mention.word].append(mention)


class _Reader:
    def __init__(self, text: Text, path: str, module: str, words: frozenset[str]) -> None:
        self._text = text
        self._path = path
        self._module = module
        self._words = words
        starts = (text.offset(line, 0) for line in range(1, text.content.count(b"\n") + 2))
        # Here the whole file is parsed, so that every statement may bind a name.
        self._bindings = Bindings(Lines(text.content, starts))

    def read(self) -> Iterator[Mention]:
        for position in self._text.positions():
            node = position.node
            if isinstance(node, ast.Attribute) and node.attr in self._words:
                yield self._attribute(position, node)
            elif isinstance(node, ast.keyword) and node.arg:
                yield from self._path_mentions(position, node, node.arg, "keyword", node.col_offset)
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and _PATH.fullmatch(node.value)
            ):
                yield from self._string(position, node, node.value)

    def _attribute(self, position: Position, node: ast.Attribute) -> Mention:
        text, parent = self._text, position.parent
        outer = parent if isinstance(parent, ast.Attribute) and parent.value is node else None
        chain = dotted_name(node.value)
        return Mention(
            word=node.attr,
            path=self._path,
            module=self._module,
            line=node.end_lineno or node.lineno,
            role="attribute",
            said=text.of(outer or node).replace("\n", " "),
            scope=position.scope,
            chain=chain,
            origin=self._origin(chain, position),
            start=text.start(node),
            end=text.end(node),
            receiver_start=text.start(node.value),
            receiver_end=text.end(node.value),
            next_attribute=outer.attr if outer else "",
            next_end=text.end(outer) if outer else 0,
            is_read=isinstance(node.ctx, ast.Load),
            is_called=isinstance(parent, ast.Call) and parent.func is node,
            is_none_test=_is_none_test(parent, node),
        )

    def _string(self, position: Position, node: ast.Constant, value: str) -> Iterator[Mention]:
        plain = value.lstrip("-")
        at = self._text.of(node).find(plain)
        if at >= 0:
            yield from self._path_mentions(position, node, plain, "string", node.col_offset + at)

    def _path_mentions(
        self, position: Position, node: ast.Constant | ast.keyword, path: str, role: str, column: int
    ) -> Iterator[Mention]:
        """One mention for each part of an ORM path that is one of the words."""
        for word in self._words.intersection(path.split("__")):
            call = next(
                (parent for parent in reversed(position.parents) if isinstance(parent, ast.Call)), None
            )
            chain = dotted_name(call.func.value) if call and isinstance(call.func, ast.Attribute) else ""
            start = self._text.offset(node.lineno, column)
            yield Mention(
                word=word,
                path=self._path,
                module=self._module,
                line=node.lineno,
                role=role,
                said=path,
                value=self._text.of(node.value) if isinstance(node, ast.keyword) else "",
                scope=position.scope,
                chain=chain,
                origin=self._origin(chain, position),
                holder=holder_of(position),
                start=start,
                end=start + len(path.encode()),
                receiver_end=self._text.end(call.func.value)
                if call and isinstance(call.func, ast.Attribute)
                else 0,
                call_end=self._text.end(call) if call else 0,
                arguments=tuple((self._text.start(a), self._text.end(a)) for a in call.args) if call else (),
            )

    def _origin(self, chain: str, position: Position) -> str:
        head = chain.partition(".")[0].removesuffix("()")
        if head in {"", "self", "cls"}:
            return ""
        for parent in reversed(position.parents):
            if isinstance(parent, Comprehension) and (origin := names_of_comprehension(parent).get(head)):
                return origin
        return self._bindings.origin(head, position.functions)


def _call_around(position: Position) -> ast.Call | None:
    """The nearest call; that of the queryset where the nearest is a `Q` or an expression in it."""
    calls = [parent for parent in reversed(position.parents) if isinstance(parent, ast.Call)]
    return next(
        (call for call in calls if last_name(call.func) not in _IN_QUERIES), calls[0] if calls else None
    )


def holder_of(position: Position) -> str:
    """The name of the call, or of what is assigned, that a string or keyword stands in; the nearer one.

    Rows that are made with names of their own are `values`, also from `values_list(..., named=True)`.
    """
    for parent in reversed(position.parents):
        if isinstance(parent, ast.Call):
            is_named = any(keyword.arg == "named" for keyword in parent.keywords)
            return "values" if is_named else last_name(parent.func)
        if isinstance(parent, ast.Assign):
            return last_name(parent.targets[0])
        if isinstance(parent, ast.AnnAssign):
            return last_name(parent.target)
    return ""


def _is_none_test(parent: ast.AST | None, node: ast.AST) -> bool:
    return (
        isinstance(parent, ast.Compare)
        and parent.left is node
        and len(parent.ops) == 1
        and isinstance(parent.ops[0], ast.Is | ast.IsNot)
        and isinstance(parent.comparators[0], ast.Constant)
        and parent.comparators[0].value is None
    )


def _in_template(content: str, path: str, module: str, words: frozenset[str]) -> Iterator[Mention]:
    for number, line in enumerate(content.splitlines(), start=1):
        for found in _TEMPLATE_WALK.finditer(line):
            if found[1] in words:
                yield Mention(found[1], path, module, number, "template", found[0])
