"""What must stay of a context's code, so that the door and every old migration still load?

The door stays whole, and so do the migrations. Of every other module stay the names that these, the app's
configuration, or the migrations of other apps import, with what those names need themselves.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from boundaries.contexts.map import Context
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.source import SourceTree, absolute_module

_DROPPED_METHOD = "ready"


@dataclass(slots=True)
class Remains:
    """By module: the names that stay; `whole` are modules that stay as they are."""

    whole: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)

    def keeps(self, module: str) -> bool:
        """Whether a file of that module stays, perhaps with less in it."""
        return module in self.whole or module in self.names


def find_remains(tree: SourceTree, context: Context) -> Remains:
    """Follow what the door, the app's configuration and all migrations import of the context's own modules."""
    walk = _Walk(tree, context)
    owned = tree.owned_by(context.name)
    for file in owned:
        if context.is_public(file.module) or file.purpose == "migration":
            walk.keep_whole(file)
        elif file.module.endswith(".apps") and file.purpose == "code":
            walk.want(file.module, set(_top_names(tree.body_of(file))))
    for file in tree.files.values():
        if file.purpose == "migration":
            walk.follow(file, tree.body_of(file))
    walk.run()
    return walk.remains


def prune(tree: SourceTree, file: SourceFile, names: Iterable[str]) -> str:
    """The module's text with nothing but these names and what they need; empty where nothing is left."""
    source = Path(file.path).read_text(encoding="utf-8")
    body = tree.body_of(file)
    kept = _needed(body, set(names))
    pieces = [_piece(source, statement, kept) for statement in body if _stays(statement, kept)]
    docstring = ast.get_docstring(ast.Module(body, []), clean=False)
    if not pieces and docstring is None:
        return ""
    return _joined([*([f'"""{docstring}"""'] if docstring is not None else []), *pieces])


class _Walk:
    """One walk over the wanted names; `remains` grows."""

    def __init__(self, tree: SourceTree, context: Context) -> None:
        self.tree, self.context = tree, context
        self.remains = Remains()
        self._waiting: list[str] = []

    def keep_whole(self, file: SourceFile) -> None:
        """Keep a file as it is, and what it imports of its context."""
        if file.module not in self.remains.whole:
            self.remains.whole.add(file.module)
            self._keep_parents(file.module)
            self.follow(file, self.tree.body_of(file))

    def want(self, module: str, names: set[str]) -> None:
        """Ask for names of one of the context's modules."""
        known = self.remains.names.setdefault(module, set())
        if names - known or not known:
            known |= names
            self._waiting.append(module)
        self._keep_parents(module)

    def run(self) -> None:
        """Follow everything wanted until nothing new comes up."""
        while self._waiting:
            module = self._waiting.pop()
            if module in self.remains.whole:
                continue
            file = self.tree.files[module]
            body = self.tree.body_of(file)
            kept = _needed(body, self.remains.names[module])
            self.follow(file, [_only(node, kept) for node in body if _stays(node, kept)])

    def follow(self, file: SourceFile, statements: Iterable[ast.stmt]) -> None:
        """Want what these statements import of the context."""
        statements = list(statements)
        for node in (node for statement in statements for node in ast.walk(statement)):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._import(absolute_module(node, file), alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    for name in _attributes(statements, alias.asname or alias.name) or [""]:
                        self._import(alias.name, name)

    def _import(self, module: str, name: str) -> None:
        dotted = f"{module}.{name}" if name else module
        if self._is_own(dotted) and dotted in self.tree.files:
            self.want(dotted, set())
        elif self._is_own(module) and module in self.tree.files:
            file = self.tree.files[module]
            names = set(_top_names(self.tree.body_of(file))) if name == "*" else {name} - {""}
            self.want(module, names)

    def _is_own(self, module: str) -> bool:
        return self.tree.map.context_of_module(module) == self.context.name

    def _keep_parents(self, module: str) -> None:
        parent = module.rpartition(".")[0]
        if parent in self.tree.files and self._is_own(parent) and parent not in self.remains.names:
            self.want(parent, set())


def _needed(body: list[ast.stmt], wanted: set[str]) -> set[str]:
    """The wanted names, and every top-level name that they need."""
    defining = {name: statement for statement in body for name in _top_names([statement])}
    kept: set[str] = set()
    waiting = [name for name in wanted if name in defining]
    while waiting:
        name = waiting.pop()
        if name in kept:
            continue
        kept.add(name)
        statement = _without_ready(defining[name])
        siblings = [] if isinstance(statement, ast.Import | ast.ImportFrom) else [*_top_names([statement])]
        used = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        waiting += [other for other in (*siblings, *used) if other in defining]
    return kept


def _stays(statement: ast.stmt, kept: set[str]) -> bool:
    is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return (is_future and bool(kept)) or not kept.isdisjoint(_top_names([statement]))


def _only(statement: ast.stmt, kept: set[str]) -> ast.stmt:
    """An import with only the aliases that are kept; a class of configuration without its `ready`."""
    if isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
        aliases = [
            alias for alias in statement.names if (alias.asname or alias.name) in kept or alias.name == "*"
        ]
        return ast.ImportFrom(statement.module, aliases, statement.level)
    if isinstance(statement, ast.Import):
        aliases = [
            alias for alias in statement.names if (alias.asname or alias.name.partition(".")[0]) in kept
        ]
        return ast.Import(aliases)
    return _without_ready(statement)


def _without_ready(statement: ast.stmt) -> ast.stmt:
    """An AppConfig connects what is going; nothing that it starts is left."""
    if not (
        isinstance(statement, ast.ClassDef)
        and any("AppConfig" in ast.unparse(base) for base in statement.bases)
    ):
        return statement
    body = [
        node
        for node in statement.body
        if not (isinstance(node, ast.FunctionDef) and node.name == _DROPPED_METHOD)
    ]
    if len(body) == len(statement.body):
        return statement
    return ast.ClassDef(
        name=statement.name, bases=statement.bases, keywords=statement.keywords, body=body or [ast.Pass()],
        decorator_list=statement.decorator_list,
    )  # fmt: skip


def _piece(source: str, statement: ast.stmt, kept: set[str]) -> str:
    """A statement as it was written, unless it is kept only in part."""
    part = _only(statement, kept)
    is_whole = part is statement or ast.dump(part) == ast.dump(statement)
    if not is_whole:
        return ast.unparse(ast.fix_missing_locations(part))
    first = min([statement.lineno, *(node.lineno for node in getattr(statement, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : statement.end_lineno])


def _joined(pieces: list[str]) -> str:
    """Two empty lines around definitions, one after the docstring, none between imports."""
    text = pieces[0]
    for before, after in itertools.pairwise(pieces):
        if _is_block(before) or _is_block(after):
            gap = "\n\n\n"
        else:
            gap = "\n" if _is_import(before) == _is_import(after) and before is not pieces[0] else "\n\n"
        text += gap + after
    return f"{text}\n"


def _is_block(piece: str) -> bool:
    return piece.startswith(("def ", "class ", "async def ", "@"))


def _is_import(piece: str) -> bool:
    return piece.startswith(("import ", "from "))


def _top_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that top-level statements bind, also inside `if` and `try`."""
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.ImportFrom):
            yield from (
                alias.asname or alias.name for alias in statement.names if statement.module != "__future__"
            )
        elif isinstance(statement, ast.Import):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.If | ast.Try | ast.With | ast.For):
            yield from _top_names(
                node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt)
            )
        else:
            stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
            yield from (node.id for node in stored if isinstance(node.ctx, ast.Store))


def _attributes(statements: Iterable[ast.stmt], dotted: str) -> list[str]:
    """The names that are read of a module imported as `dotted`."""
    found = set()
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == dotted:
            found.add(node.attr)
    return sorted(found)
