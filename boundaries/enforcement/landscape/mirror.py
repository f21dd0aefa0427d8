"""Does a service show its tables as they are, under another name?"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from boundaries.enforcement.landscape.code import Module, is_model, modules_of
from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.landscape.hit import Hit
from boundaries.enforcement.source.expression import dotted_name, last_name

CODE = "BD245"
# Fewer columns are alike by chance.
LEAST_COLUMNS = 4
_SENT = frozenset({"Struct", "TypedDict", "NamedTuple", "BaseModel", "BaseDataObject"})
_HOLDS_NO_COLUMN = frozenset({"ManyToManyField", "GenericForeignKey", "GenericRelation", "Manager"})
_REFERS = frozenset({"ForeignKey", "OneToOneField", "Reference"})


def find(landscape: Landscape) -> Iterator[Hit]:
    """Data objects in a service's door that have every column of one of its tables."""
    for service in landscape.services:
        modules = list(modules_of(service))
        own = [module for module in modules if landscape.map.context_of_module(module.name) == service.name]
        tables = {
            node.name: columns
            for module in own
            for node in module.classes
            if is_model(node) and len(columns := _columns(node)) >= LEAST_COLUMNS
        }
        for module in own:
            if landscape.map.context(service.name).is_public(module.name):
                yield from _mirrors(service, module, tables)


def _mirrors(service: Deployable, module: Module, tables: dict[str, frozenset[str]]) -> Iterator[Hit]:
    for node in module.classes:
        fields = _fields(node) if _is_sent(node) else frozenset()
        for table, columns in tables.items():
            if columns <= fields:
                source = f"{module.name}:{node.name}"
                yield Hit(CODE, module.path, node.lineno, service.name, service.name, source, table)


def _is_sent(node: ast.ClassDef) -> bool:
    is_dataclass = any(
        dotted_name(item).removesuffix("()").endswith("dataclass") for item in node.decorator_list
    )
    return is_dataclass or any(last_name(base) in _SENT for base in node.bases)


def _fields(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(
        item.target.id
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    )


def _columns(node: ast.ClassDef) -> frozenset[str]:
    """The attributes that a model's own columns have; the key is left out, since every answer names it."""
    found: set[str] = set()
    for item in node.body:
        if not (isinstance(item, ast.Assign) and isinstance(item.value, ast.Call)):
            continue
        kind, name = last_name(item.value.func), last_name(item.targets[0])
        if kind.endswith(("Field", *_REFERS)) and kind not in _HOLDS_NO_COLUMN and name:
            is_key = any(keyword.arg == "primary_key" for keyword in item.value.keywords)
            found |= set() if is_key else {f"{name}_id" if kind in _REFERS else name}
    return frozenset(found)
