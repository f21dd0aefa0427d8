"""What does a plan hold?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from boundaries.strangler.planning.blocker import find_blockers
from boundaries.strangler.planning.estimate import estimate
from boundaries.strangler.planning.facts import Facts, PlannedTable
from boundaries.strangler.planning.todo import list_kinds, order_work

SCHEMA = 1

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
        "database": facts.database.problem or "answered",
        "estimate": estimate(facts.tables),
        "todo": order_work(facts.context, blockers),
    }


def find_notices(facts: Facts) -> list[str]:
    """What does not block, but should be known before the move."""
    return [*facts.notices, *_about_database(facts), *_about_code(facts), *_about_leftovers(facts)]


def _about_database(facts: Facts) -> list[str]:
    if not facts.database.problem:
        return []
    return [f"The database was not asked ({facts.database.problem}): tables are judged by the models only."]


def _about_code(facts: Facts) -> list[str]:
    left = [f"{module} needs code that stays, so these tests stay too." for module in facts.code.tests_left]
    operations = [f"{operation} ({place})" for operation, place in facts.code.operations_in_migrations]
    if operations:
        left.append(f"The service begins with a new history, without {', '.join(operations)}.")
    return left


def _about_leftovers(facts: Facts) -> list[str]:
    kinds = _count(
        item.kind
        for item in facts.crossings
        if item.breaks_rule and (item.kind in _LATER or item.is_in_migration)
    )
    return [
        f"{number} coupling{'s' if number > 1 else ''} by {kind} to be gone before `complete`."
        for kind, number in kinds.items()
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
