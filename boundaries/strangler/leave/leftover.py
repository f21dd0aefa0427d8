"""What elsewhere in the project still means a context that has left?

Code that imports or names what goes would break. Tests, factories, fixtures, permissions, cache keys and settings that
nobody else reads are merely left over.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import Context
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.closure import close
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.leave.history import labels_of
from boundaries.strangler.planning.dependents import list_dependents
from boundaries.strangler.planning.facts import Item
from boundaries.strangler.planning.inventory import list_items


@dataclass(frozen=True, slots=True)
class Leftover:
    """One place outside the context, and whether the project would break there."""

    path: str
    line: int
    what: str
    breaks: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def find_leftovers(tree: SourceTree, context: Context, removed: set[str]) -> list[Leftover]:
    """Everything that is left, sorted by place; `removed` are the modules that go."""
    found = list(_naming(tree, context, removed))
    items = list_items(tree, context.name, close(tree, context))
    known = {leftover.path for leftover in found}
    others = list_dependents(tree, context, labels=labels_of(context.name), accessors=(), moved=items)
    found += [
        Leftover(
            item.place.path, item.place.line or 1, f"{item.kind.removesuffix(' elsewhere')}: {item.name}"
        )
        for item in others
        if item.place.path and item.place.path not in known
    ]
    found += _settings(tree, context, items)
    return sorted(found, key=lambda leftover: (leftover.path, leftover.line, leftover.what))


def _settings(tree: SourceTree, context: Context, items: Iterable[Item]) -> Iterator[Leftover]:
    """Assignments of settings that only the context has read."""
    names = {item.name for item in items if item.kind == "setting"}
    files = [file for file in tree.files.values() if tree.map.context_of_module(file.module) != context.name]
    sources = {file.relative: Path(file.path).read_bytes() for file in files if file.relative.endswith(".py")}
    for name in sorted(names):
        read = re.compile(rb"""(settings\.|["'])%s\b""" % name.encode())
        if any(read.search(source) for source in sources.values()):
            continue
        for file in files:
            for node in tree.body_of(file) if name.encode() in sources.get(file.relative, b"") else ():
                if isinstance(node, ast.Assign) and name in {
                    getattr(target, "id", "") for target in node.targets
                }:
                    yield Leftover(file.relative, node.lineno, f"setting: {name}, which nobody else reads")


def _naming(tree: SourceTree, context: Context, removed: set[str]) -> Iterator[Leftover]:
    """Imports of removed modules, and strings that name one, in files of others."""
    root = {package.partition(".")[0] for package in context.packages}
    for file in tree.files.values():
        is_own = tree.map.context_of_module(file.module) == context.name
        if is_own or not file.relative.endswith(".py") or not _mentions(file, root):
            continue
        breaks = file.purpose != "test"
        for item in tree.imports_of(file):
            if (module := tree.resolve(item)) in removed:
                yield Leftover(file.relative, item.line, f"imports {module}", breaks)
        for node in (node for statement in tree.body_of(file) for node in ast.walk(statement)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _is_below(node.value, removed)
            ):
                yield Leftover(file.relative, node.lineno, f'names "{node.value}"', breaks)


def _mentions(file: SourceFile, roots: Iterable[str]) -> bool:
    source = Path(file.path).read_bytes()
    return any(root.encode() in source for root in roots)


def _is_below(text: str, removed: set[str]) -> bool:
    """Whether a string is the dotted path of a removed module, or of something in it."""
    if not re.fullmatch(r"\w+(\.\w+)+(:\w+)?", text):
        return False
    dotted = text.partition(":")[0]
    while dotted:
        if dotted in removed:
            return True
        dotted = dotted.rpartition(".")[0]
    return False
