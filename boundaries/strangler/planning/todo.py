"""What is to be done, in which order?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boundaries.strangler.planning.blocker import RULES, Finding

_FIRST_STEPS = {
    "BD530": "Open the door: write facade and implementation, and name both in the map",
    "BD531": "Say in the map where the service will live",
    "BD534": "Give the context an app of its own",
    "BD803": "Let the user model stay",
    "BD520": "Turn foreign keys across contexts into references",
    "BD525": "Take table inheritance across contexts apart",
    "BD800": "Give proxies to the context that owns the table",
    "BD524": "Replace generic relations",
    "BD521": "Lead imports of internals through the door",
    "BD532": "Free the context's own code from what it cannot take along",
    "BD533": "Replace what reaches in by name",
    "BD535": "Make the database answer with all tables",
    "BD523": "Let Django manage every table that moves",
    "BD522": "Give every table its primary key",
    "BD526": "Turn special tables into plain ones",
    "BD527": "Take triggers, rules and row security off the tables",
    "BD528": "Make the remaining constraints deferrable, without actions",
    "BD529": "Change column types and sequences that cannot be moved",
}


def list_kinds(blockers: Sequence[Finding]) -> list[dict[str, Any]]:
    """Blockers by kind, in the order in which they are best removed: how many, what to do, and the codemod."""
    found = []
    for rule in RULES:
        cases = [blocker for blocker in blockers if blocker.code == rule.code]
        if cases:
            fixes = dict.fromkeys(blocker.fix for blocker in cases if blocker.fix)
            found.append(
                {
                    "code": rule.code, "kind": rule.kind, "what": _FIRST_STEPS[rule.code],
                    "count": len(cases), "fix": next(iter(fixes), None),
                }
            )  # fmt: skip
    return found


def order_work(context: str, blockers: Sequence[Finding]) -> list[str]:
    """One line per thing to do: blockers in the order in which they are best removed, then the step."""
    lines = []
    for kind in list_kinds(blockers):
        places = "1 place" if kind["count"] == 1 else f"{kind['count']} places"
        lines.append(f"{kind['what']} ({kind['code']}, {places}).")
    if lines:
        return [*lines, f"Run `boundaries extract {context} plan` again."]
    return [f"Run `boundaries extract {context} scaffold`."]
