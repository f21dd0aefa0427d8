"""How do users of import-linter get the same verdict from `lint-imports`?

In their `[tool.importlinter]`:

    contract_types = ["boundaries: boundaries.enforcement.contract.ContextContract"]

    [[tool.importlinter.contracts]]
    name = "Contexts meet at their doors"
    type = "boundaries"
    map = "pyproject.toml"          # optional: by default the nearest map upwards
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

from boundaries.contexts.map import ContextMap, load_map
from boundaries.enforcement.baseline import read_baseline
from boundaries.enforcement.link import Link, symbol_name
from boundaries.enforcement.rules import judge, rule_of, severity_of
from boundaries.enforcement.source.allow import allows_in
from boundaries.enforcement.source.tree import is_test_module


class ContextContract(Contract):
    """Contexts import each other only as the map declares, and only through their doors."""

    type_name = "boundaries"

    map = fields.StringField(required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        """Judge every import between two contexts; an open context's and those a baseline knows do not
        break it.
        """
        context_map = load_map(Path(str(self.map)) if self.map else None)
        broken = broken_imports(graph, context_map)
        accepted = _accepted(context_map)
        failing = []
        for found in broken:
            lines = _unexcused_lines(found, context_map)
            known = accepted[found["rule"], found["importer"], found["imported"]]
            severity = severity_of(rule_of(found["rule"]), found["source_context"], context_map)
            if len(lines) > known and severity == "error":
                failing.append({**found, "lines": lines})
        return ContractCheck(kept=not failing, metadata={"broken": broken, "failing": failing})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that breaks a rule, with the rule's code."""
        for found in check.metadata["failing"]:
            places = ", ".join(f"l.{line}" for line in found["lines"])
            output.print_error(f"- {found['importer']} -> {found['imported']} ({places})", bold=False)
            output.indent_cursor()
            output.print(f"{found['rule']}: {rule_of(found['rule']).title}")


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


def _accepted(context_map: ContextMap) -> Counter[tuple[str, str, str]]:
    """How many imports of one module by another the baseline knows, by rule."""
    accepted: Counter[tuple[str, str, str]] = Counter()
    for entry in read_baseline(context_map).entries:
        if entry.kind == "import":
            accepted[entry.rule, entry.source.partition(":")[0], entry.target] += entry.count
    return accepted


def _unexcused_lines(found: dict[str, Any], context_map: ContextMap) -> list[int]:
    """The lines of a broken import that no allow comment with a reason covers."""
    stem = context_map.root.joinpath(*found["importer"].split("."))
    path = stem / "__init__.py" if stem.is_dir() else stem.with_name(f"{stem.name}.py")
    try:
        allows = list(allows_in(path.read_bytes()))
    except OSError:
        allows = []
    meant = [allow for allow in allows if allow.reason and found["rule"] in allow.codes]
    excused = {line for allow in meant for line in allow.covers}
    return [line for line in found["lines"] if line not in excused]


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
