"""What do a deployable's own files say? Its modules are few, so they are simply parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from boundaries.enforcement.landscape.deployable import Deployable
from boundaries.enforcement.source.expression import last_name
from boundaries.enforcement.source.parse import parse

_NOT_RUN = frozenset(
    {"__pycache__", "migrations", "service_migrations", "tests", ".venv", "build", "wheelhouse"}
)


@dataclass(frozen=True)
class Module:
    """One file, by its dotted name below the deployable's folder."""

    name: str
    path: Path

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Its top-level statements, as far as they can be read."""
        return parse(self.path.read_bytes())[0]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """The classes at its top level."""
        return [node for node in self.body if isinstance(node, ast.ClassDef)]

    def nodes(self) -> Iterator[ast.AST]:
        """Every node of the file."""
        for statement in self.body:
            yield from ast.walk(statement)


def modules_of(deployable: Deployable) -> Iterator[Module]:
    """What a service runs: its Python files but tests and migrations, sorted."""
    for path in sorted(deployable.folder.rglob("*.py")):
        parts = path.relative_to(deployable.folder).with_suffix("").parts
        is_run = _NOT_RUN.isdisjoint(parts) and not parts[-1].startswith("test_") and parts[-1] != "conftest"
        if is_run and path.is_file():
            yield Module(".".join(parts).removesuffix(".__init__"), path)


def module_at(folder: Path, dotted: str) -> Module | None:
    """The module of that name, where the folder has it."""
    path = folder.joinpath(*dotted.split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((Module(dotted, file) for file in found if file.is_file()), None)


def find_class(folder: Path, module: str, name: str) -> ast.ClassDef | None:
    """The class of that name, also where the module only hands it on from another one of the folder."""
    found = module_at(folder, module)
    if found is None:
        return None
    for node in found.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return find_class(folder, _absolute(found, node), alias.name)
    return None


def is_model(node: ast.ClassDef) -> bool:
    """Whether a class has a table: it derives from a model, and is neither abstract nor a proxy."""
    if not any(last_name(base).endswith("Model") for base in node.bases):
        return False
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
            return not any(_is_true(item, name) for item in inner.body for name in ("abstract", "proxy"))
    return True


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + (module.path.name == "__init__.py")]
    return ".".join([*kept, *filter(None, [node.module])])


def _is_true(node: ast.stmt, name: str) -> bool:
    return (
        isinstance(node, ast.Assign)
        and any(last_name(target) == name for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
    )
