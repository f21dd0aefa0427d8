"""What blocks an extraction, and what is to be done about it?

One rule per code: it gets the facts and yields findings. Nothing is asked, read or changed in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from boundaries.strangler.codemod.registry import fix_command, has_codemod
from boundaries.strangler.planning import code_rule, table_rule
from boundaries.strangler.planning.facts import Facts, Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that blocks: its code and kind, where it stands, what it is, the remedy, and the codemod's command."""

    code: str
    kind: str
    what: str
    remedy: str
    path: str | None = None
    line: int | None = None
    fix: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {
            "code": self.code, "kind": self.kind, "path": self.path, "line": self.line,
            "what": self.what, "remedy": self.remedy, "fix": self.fix,
        }  # fmt: skip


Found = Iterator[tuple[str, Place, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of blocker. `find` yields what, where, and the remedy of each case."""

    code: str
    kind: str
    find: Callable[[Facts], Found]


def find_blockers(facts: Facts) -> list[Finding]:
    """Every blocker of a context, in the order in which they are best removed; each once."""
    fixes = _fixes(facts)
    found = (
        Finding(rule.code, rule.kind, what, remedy, place.path, place.line, fixes.get((rule.code, place)))
        for rule in RULES
        for what, place, remedy in sorted(rule.find(facts), key=_by_place)
    )
    return list(dict.fromkeys(found))


def _fixes(facts: Facts) -> dict[tuple[str, Place], str]:
    """The codemod that rewrites some of what the lint found at a place, by the blocker's code and its place."""
    return {
        (code, crossing.place): f"{fix_command(crossing.rule)} --context {facts.context}"
        for crossing in facts.crossings
        if has_codemod(crossing.rule)
        for code in _codes_of(crossing.kind)
    }


def _codes_of(kind: str) -> tuple[str, ...]:
    known = {"relation": ("BD520",), "import": ("BD521", "BD532")}
    return known.get(kind, ("BD533",) if kind in code_rule.BLOCKING_KINDS else ())


def _by_place(found: tuple[str, Place, str]) -> tuple[str, int, str]:
    what, place, _ = found
    return place.path or "", place.line or 0, what


RULES: tuple[Rule, ...] = (
    Rule("BD530", "no door", code_rule.doors),
    Rule("BD531", "no service in the map", code_rule.services),
    Rule("BD534", "shared app", code_rule.shared_apps),
    Rule("BD803", "user model", code_rule.users),
    Rule("BD520", "relation across contexts", code_rule.relations),
    Rule("BD525", "inheritance across contexts", code_rule.inheritance),
    Rule("BD800", "proxy across contexts", code_rule.proxies),
    Rule("BD524", "generic relation", code_rule.generic_relations),
    Rule("BD521", "import of internals", code_rule.imports_of_internals),
    Rule("BD532", "import that the service cannot satisfy", code_rule.imports_of_others),
    Rule("BD533", "reaching in by name", code_rule.reached_by_name),
    Rule("BD535", "database", table_rule.databases),
    Rule("BD523", "unmanaged model", table_rule.unmanaged_models),
    Rule("BD522", "no primary key", table_rule.primary_keys),
    Rule("BD526", "kind of table", table_rule.kinds_of_table),
    Rule("BD527", "trigger, rule or row security", table_rule.side_effects),
    Rule("BD528", "foreign key constraint", table_rule.constraints),
    Rule("BD529", "column type or sequence", table_rule.columns),
)
