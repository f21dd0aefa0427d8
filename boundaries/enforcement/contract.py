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
from boundaries.enforcement.broken import broken_imports
from boundaries.enforcement.rules import rule_of, severity_of
from boundaries.enforcement.source.allow import allows_in


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
            severity = severity_of(
                rule_of(found["rule"]), found["source_context"], context_map, target=found["target_context"]
            )
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
