"""How does a facade become plain functions again?

Its class keeps its name and its operations, so that callers keep their calls; each operation calls the implementation,
commands in a transaction, as the kit did. A key that a caller gives to a command means nothing to a plain function:
where one does, somebody has to decide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.source import SourceTree, absolute_module
from boundaries.strangler.map_table import with_state
from boundaries.watch.eject.inventory import Use

_OF_THE_KIT = frozenset({"Facade", "command", "query", "ignoring"})


@dataclass(frozen=True, slots=True)
class Door:
    """The module of one facade, what it would read then, and the callers that stand in the way."""

    context: Context
    path: Path
    text: str
    keyed: tuple[Use, ...]

    @property
    def can_turn(self) -> bool:
        """Whether nobody gives its commands a key."""
        return not self.keyed


def find_doors(context_map: ContextMap) -> list[Door]:
    """The facades that could be plain functions: those whose implementation is in this project."""
    tree = SourceTree(context_map)
    found = []
    for context in context_map.contexts.values():
        module, _, name = (context.facade or "").partition(":")
        file = _defining(tree, module, name)
        if context.state == "outside" or not context.implementation or file is None:
            continue
        path = Path(file.path)
        text = turn(path.read_text(encoding="utf-8"), name, context.implementation)
        if text is not None:
            found.append(Door(context, path, text, tuple(_keyed(tree, name))))
    return found


def turn_all(doors: Sequence[Door]) -> list[Path]:
    """Write these modules, and take the facades out of the map; the files that were changed."""
    changed = []
    for door in doors:
        door.path.write_text(door.text, encoding="utf-8")
        path, text = with_state(door.context, door.context.state, without=["facade", "implementation"])
        path.write_text(text, encoding="utf-8")
        changed += [door.path, path]
    return changed


def _defining(tree: SourceTree, module: str, name: str) -> SourceFile | None:
    """The file with the class itself; a package may only pass it on."""
    file = tree.files.get(module)
    while file is not None:
        passed_on = [
            absolute_module(node, file)
            for node in tree.body_of(file)
            if isinstance(node, ast.ImportFrom)
            and any((alias.asname or alias.name) == name for alias in node.names)
        ]
        if not passed_on or passed_on[-1] == file.module:
            return file
        file = tree.files.get(passed_on[-1])
    return None


def turn(source: str, facade: str, implementation: str) -> str | None:
    """The module with that facade as a plain class; None where it has no such facade, or one written another way."""
    body = ast.parse(source).body
    node = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == facade), None)
    if node is None or not any(_name(base) == "Facade" for base in node.bases):
        return None
    operations = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    if any(_kind(operation) is None for operation in operations):
        return None
    lines = source.splitlines()
    lines[node.lineno - 1 : node.end_lineno] = _plain_class(node, implementation).splitlines()
    return _without_imports("\n".join(lines) + "\n")


def _plain_class(node: ast.ClassDef, implementation: str) -> str:
    body = [_plain(part, implementation) if isinstance(part, ast.FunctionDef) else part for part in node.body]
    plain = ast.ClassDef(name=node.name, bases=[], keywords=[], body=body, decorator_list=[])
    return ast.unparse(ast.fix_missing_locations(plain))


def _plain(operation: ast.FunctionDef, implementation: str) -> ast.FunctionDef:
    """The operation as a static method; its imports are inside, since the implementation imports its values from here."""
    module, _, name = implementation.partition(":")
    given = ", ".join(f"{argument.arg}={argument.arg}" for argument in operation.args.kwonlyargs)
    call = f"return {name}().{operation.name}({given})"
    inside = f"from {module} import {name}\n{call}"
    if _kind(operation) == "command":
        imports = f"from django.db import transaction\nfrom {module} import {name}"
        inside = f"{imports}\nwith transaction.atomic():\n    {call}"
    said = [
        part
        for part in operation.body[:1]
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
    ]
    arguments = ast.arguments(
        posonlyargs=[], args=[], kwonlyargs=operation.args.kwonlyargs, kw_defaults=operation.args.kw_defaults, defaults=[]
    )  # fmt: skip
    return ast.FunctionDef(
        name=operation.name, args=arguments, body=[*said, *ast.parse(inside).body], returns=operation.returns,
        decorator_list=[ast.Name("staticmethod", ast.Load())],
    )  # fmt: skip


def _kind(operation: ast.FunctionDef) -> str | None:
    """ "command" or "query", as it is decorated; None for anything else."""
    names = {_name(node.func if isinstance(node, ast.Call) else node) for node in operation.decorator_list}
    return next((kind for kind in ("command", "query") if names == {kind}), None)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _without_imports(source: str) -> str:
    """Without the names of the kit that nothing in the module uses any more."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = source.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("boundaries"):
            continue
        kept = [
            alias
            for alias in node.names
            if alias.name not in _OF_THE_KIT or (alias.asname or alias.name) in used
        ]
        if len(kept) < len(node.names):
            again = [f"{ast.unparse(ast.ImportFrom(node.module, kept, node.level))}\n"] if kept else []
            lines[node.lineno - 1 : node.end_lineno] = again
    return "".join(lines)


def _keyed(tree: SourceTree, facade: str) -> Iterator[Use]:
    """Where a command is given a key: `Payments.pay.keyed(...)`."""
    for file in tree.files.values():
        if not file.relative.endswith(".py") or b".keyed" not in Path(file.path).read_bytes():
            continue
        for node in (node for statement in tree.body_of(file) for node in ast.walk(statement)):
            is_keyed = isinstance(node, ast.Attribute) and node.attr == "keyed"
            operation = node.value if is_keyed and isinstance(node, ast.Attribute) else None
            if isinstance(operation, ast.Attribute) and _name(operation.value) == facade:
                yield Use(file.relative, operation.lineno, f"{facade}.{operation.attr}.keyed")
