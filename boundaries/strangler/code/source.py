"""Which modules does the project have, and what does each import?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.tree import SourceFile, find_sources

# The kit is a distribution, also where its source lies in the same folder as the project's.
_KIT = "boundaries"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module as written, made absolute: `from a.b import c` gives `a.b` with the name `c`."""

    module: str
    name: str
    line: int
    is_guarded: bool = False


class SourceTree:
    """The project's Python files by dotted module, read once."""

    def __init__(self, context_map: ContextMap, files: Sequence[SourceFile] | None = None) -> None:
        self.map = context_map
        found = find_sources(context_map) if files is None else files
        self.files = {file.module: file for file in found if file.module.partition(".")[0] != _KIT}
        self._bodies: dict[str, list[ast.stmt]] = {}

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset(module.partition(".")[0] for module in self.files)

    def owned_by(self, context: str) -> list[SourceFile]:
        """Every file of a context, sorted by module; sub-packages that another context claims are not its."""
        return [
            file
            for module, file in sorted(self.files.items())
            if self.map.context_of_module(module) == context
        ]

    def body_of(self, file: SourceFile) -> list[ast.stmt]:
        """The top-level statements of a file, as far as they can be read."""
        if file.module not in self._bodies:
            self._bodies[file.module], _ = parse(Path(file.path).read_bytes())
        return self._bodies[file.module]

    def imports_of(self, file: SourceFile) -> list[Import]:
        """Every import of a file, also inside functions; `is_guarded` means: for type checkers only."""
        return list(_imports(self.body_of(file), file, is_guarded=False))

    def resolve(self, item: Import) -> str | None:
        """The project's module that an import loads; None for the standard library and third parties.

        A name that is no module of the project gives the nearest package above it.
        """
        if item.module.partition(".")[0] not in self._tops:
            return None
        dotted = f"{item.module}.{item.name}" if item.name else item.module
        while dotted not in self.files and "." in dotted:
            dotted = dotted.rpartition(".")[0]
        return dotted


def _imports(body: Sequence[ast.AST], file: SourceFile, *, is_guarded: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, "", node.lineno, is_guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute_module(node, file)
            yield from (Import(base, alias.name, node.lineno, is_guarded) for alias in node.names)
        elif isinstance(node, ast.If) and _asks_for_type_checking(node.test):
            yield from _imports(node.body, file, is_guarded=True)
            yield from _imports(node.orelse, file, is_guarded=is_guarded)
        else:
            yield from _imports(list(ast.iter_child_nodes(node)), file, is_guarded=is_guarded)


def absolute_module(node: ast.ImportFrom, file: SourceFile) -> str:
    """The dotted module that `from ... import` names, relative or not."""
    if not node.level:
        return node.module or ""
    parts = file.module.split(".")
    kept = parts[: len(parts) - node.level + (1 if file.is_package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _asks_for_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
