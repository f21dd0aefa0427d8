"""Which imports of a grimp graph break a rule of the map? The same for `boundaries check` and for `lint-imports`."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.link import Link, symbol_name
from boundaries.enforcement.rules import judge
from boundaries.enforcement.source.tree import is_test_module


def broken_imports(graph: ImportGraph, context_map: ContextMap) -> list[dict[str, Any]]:
    """Every import of a grimp graph that breaks a rule of the map, sorted."""
    found = []
    for importer in sorted(graph.modules):
        owner = context_map.context_of_module(importer)
        if owner is None or "migrations" in importer.split(".") or _is_ignored_test(importer, context_map):
            continue
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            target = context_map.context_of_module(imported)
            if target is None or target == owner:
                continue
            rule = judge(_link(importer, imported, owner, target), context_map)
            if rule is not None:
                details = graph.get_import_details(importer=importer, imported=imported)
                found.append(
                    {
                        "importer": importer,
                        "imported": imported,
                        "rule": rule.code,
                        "source_context": owner,
                        "target_context": target,
                        "lines": sorted({detail["line_number"] for detail in details}),
                    }
                )
    return found


def _is_ignored_test(module: str, context_map: ContextMap) -> bool:
    return not context_map.check.tests and is_test_module(module, context_map)


def _link(importer: str, imported: str, owner: str, target: str) -> Link:
    return Link(
        kind="import",
        path="",
        line=0,
        column=0,
        source_context=owner,
        target_context=target,
        source=symbol_name(importer, ""),
        target=imported,
        module=imported,
    )
