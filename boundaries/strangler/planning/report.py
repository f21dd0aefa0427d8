"""What does a plan hold?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from boundaries.enforcement.wording import few
from boundaries.strangler.planning.blocker import find_blockers
from boundaries.strangler.planning.effort import estimate_effort
from boundaries.strangler.planning.estimate import estimate
from boundaries.strangler.planning.facts import Facts, Item, PlannedTable
from boundaries.strangler.planning.readiness import check_readiness, make_bill
from boundaries.strangler.planning.todo import list_kinds, order_work

SCHEMA = 1
_MOST_NAMED = 4

# They break when the code is taken out of the monolith, not when the data moves.
_LATER = frozenset({"url", "template", "setting", "migration"})


def build_plan(facts: Facts) -> dict[str, Any]:
    """The plan as JSON-ready values: what moves, what blocks, what it takes, what to do first."""
    blockers = find_blockers(facts)
    return {
        "schema": SCHEMA,
        "context": facts.context,
        "evidence": facts.evidence,
        "blockers": [blocker.as_dict() for blocker in blockers],
        "kinds": list_kinds(blockers),
        "notices": find_notices(facts),
        "tables": [_table(table) for table in facts.tables],
        "rows": _total(facts, "rows"),
        "bytes": _total(facts, "bytes"),
        "code": {
            "packages": list(facts.code.packages),
            "files": facts.code.files,
            "lines": facts.code.lines,
            "test_files": facts.code.test_files,
            "borrowed": list(facts.code.borrowed),
        },
        "couplings": {
            "incoming": _count(
                crossing.kind for crossing in facts.crossings if crossing.target_context == facts.context
            ),
            "outgoing": _count(
                crossing.kind for crossing in facts.crossings if crossing.source_context == facts.context
            ),
            "unresolved": dict(sorted(facts.unresolved.items())),
        },
        "references": _references(facts),
        "moves": _by_kind(facts.items),
        "dependents": _by_kind(facts.dependents),
        "transactions": [
            {
                "path": call.place.path,
                "line": call.place.line,
                "name": call.name,
                "evidence": call.evidence,
                "source_context": call.source_context,
                "target_context": call.target_context,
            }
            for call in facts.held_calls
        ],
        "database": facts.database.problem or "answered",
        "server": facts.database.version,
        "neighbours": [
            {"kind": found.kind, "name": found.name, "detail": found.detail}
            for found in facts.database.neighbours
        ],
        "estimate": estimate(facts.tables, measured=facts.measured_rates),
        "effort": estimate_effort(facts, blockers),
        "bill": make_bill(facts),
        "readiness": check_readiness(facts, blockers),
        "todo": order_work(facts.context, blockers),
    }


def _references(facts: Facts) -> dict[str, dict[str, dict[str, int]]]:
    """Per neighbour, how many ties of each kind lead here and there."""
    found: dict[str, dict[str, Counter[str]]] = {"incoming": {}, "outgoing": {}}
    for crossing in facts.crossings:
        is_incoming = crossing.target_context == facts.context
        other = crossing.source_context if is_incoming else crossing.target_context
        found["incoming" if is_incoming else "outgoing"].setdefault(other, Counter())[crossing.kind] += 1
    return {
        direction: {other: dict(sorted(kinds.items())) for other, kinds in sorted(others.items())}
        for direction, others in found.items()
    }


def _by_kind(items: Iterable[Item]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        row = {"name": item.name, "path": item.place.path, "line": item.place.line}
        found.setdefault(item.kind, []).append(row)
    return found


def find_notices(facts: Facts) -> list[str]:
    """What does not block, but should be known before the move."""
    return [
        *facts.notices,
        *_about_database(facts),
        *_about_code(facts),
        *_about_leftovers(facts),
        *_about_unresolved(facts),
    ]


def _about_database(facts: Facts) -> list[str]:
    if not facts.database.problem:
        return []
    return [f"The database was not asked ({facts.database.problem}): tables are judged by the models only."]


def _about_code(facts: Facts) -> list[str]:
    left = []
    if facts.code.tests_left:
        told = few(facts.code.tests_left, most=_MOST_NAMED)
        left.append(f"Tests of its own that need code which stays, and stay too: {told}.")
    operations = [f"{operation} ({place})" for operation, place in facts.code.operations_in_migrations]
    if operations:
        told = few(operations, most=_MOST_NAMED)
        left.append(
            f"The service begins with a new history, without what was done by hand in the old one: {told}."
        )
    return left


def _about_leftovers(facts: Facts) -> list[str]:
    kinds = _count(
        item.kind
        for item in facts.crossings
        if item.breaks_rule and (item.kind in _LATER or item.is_in_migration)
    )
    if not kinds:
        return []
    told = ", ".join(f"{number} by {kind}" for kind, number in kinds.items())
    return [f"Couplings to be gone before `complete`: {told}."]


def _about_unresolved(facts: Facts) -> list[str]:
    """How much the source hides: nobody should take the list of blockers for more than it is."""
    told = ", ".join(f"{number:,} by {kind}" for kind, number in sorted(facts.unresolved.items()) if number)
    if not told:
        return []
    return [
        f"Places in the whole project whose target the source does not tell: {told}. A record may show it."
    ]


def _table(planned: PlannedTable) -> dict[str, Any]:
    stored = planned.stored
    return {
        "table": planned.table,
        "model": planned.model,
        "key": list(planned.key),
        "where": planned.where,
        "gate": planned.gate,
        "rows": stored.rows if stored else None,
        "bytes": stored.bytes if stored else None,
    }


def _total(facts: Facts, name: str) -> int:
    return sum(getattr(table.stored, name) for table in facts.tables if table.stored is not None)


def _count(kinds: Any) -> dict[str, int]:
    return dict(sorted(Counter(kinds).items()))
