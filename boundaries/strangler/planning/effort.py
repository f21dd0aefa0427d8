"""How much work is it, and who has to agree?

A range, since hours per place are a judgement and no measurement: the lower end is for code that everybody knows and has
tests, the upper one for code that nobody does. People count; a codemod takes the lower end down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from boundaries.strangler.planning.blocker import Finding
from boundaries.strangler.planning.facts import Facts

_HOURS_PER_DAY = 6
_WITH_CODEMOD = 0.25
_NEXT_IN_FILE = 0.25


class Hours(NamedTuple):
    """From and to, for one place."""

    low: float
    high: float


_PER_PLACE = {
    "BD530": Hours(8, 24),
    "BD531": Hours(0.5, 1),
    "BD534": Hours(8, 40),
    "BD803": Hours(16, 80),
    "BD520": Hours(1, 4),
    "BD525": Hours(8, 40),
    "BD800": Hours(1, 4),
    "BD524": Hours(4, 24),
    "BD521": Hours(0.5, 3),
    "BD532": Hours(0.5, 4),
    "BD533": Hours(1, 6),
    "BD535": Hours(0.5, 4),
    "BD523": Hours(2, 8),
    "BD522": Hours(1, 8),
    "BD526": Hours(2, 16),
    "BD527": Hours(4, 24),
    "BD528": Hours(0.5, 2),
    "BD529": Hours(2, 16),
}
_HELD_CALL, _TEST, _FIXTURE = Hours(4, 16), Hours(0.5, 2), Hours(0.25, 1)
_OPERATING, _STEPS = Hours(24, 80), Hours(16, 40)


def estimate_effort(facts: Facts, blockers: Sequence[Finding]) -> dict[str, Any]:
    """Working days from and to, of what they are made, and the owners who must agree."""
    parts = list(_parts(facts, blockers))
    low, high = (sum(part[end] for part in parts) for end in ("low_hours", "high_hours"))
    return {
        "low_days": round(low / _HOURS_PER_DAY, 1),
        "high_days": round(high / _HOURS_PER_DAY, 1),
        "parts": parts,
        "owners": owners_asked(facts),
        "note": "Hours per place are a judgement, not a measurement.",
    }


def owners_asked(facts: Facts) -> list[str]:
    """The owners of every context that a blocking tie leads to, by name; a context without one stands for itself."""
    pairs = [(tie.source_context, tie.target_context) for tie in facts.relations]
    pairs += [(tie.source_context, tie.target_context) for tie in facts.crossings if tie.breaks_rule]
    others = {name for pair in pairs for name in pair if name and name != facts.context}
    return sorted({facts.owners.get(name) or f"{name} (no owner named)" for name in others})


def _parts(facts: Facts, blockers: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    kinds = {blocker.code: blocker.kind for blocker in blockers}
    for code, kind in kinds.items():
        cases = [blocker for blocker in blockers if blocker.code == code]
        each = _PER_PLACE[code]
        low = sum(
            each.low * (_WITH_CODEMOD if blocker.fix else 1) * share for blocker, share in _shares(cases)
        )
        high = sum(each.high * share for _, share in _shares(cases))
        yield _part(kind, len(cases), Hours(low, high))
    elsewhere = Counter(item.kind for item in facts.dependents)
    tests = elsewhere["test module elsewhere"] + elsewhere["factory elsewhere"]
    for name, number, each in (
        ("call inside a transaction", len(facts.held_calls), _HELD_CALL),
        ("test of others", tests + len(facts.code.tests_left), _TEST),
        ("fixture of others", elsewhere["fixture elsewhere"], _FIXTURE),
        ("operating one more service", 1, _OPERATING),
        ("rehearsing and moving", 1, _STEPS),
    ):
        if number:
            yield _part(name, number, Hours(each.low * number, each.high * number))


def _shares(cases: Sequence[Finding]) -> Iterator[tuple[Finding, float]]:
    """A second place in one file is known already: it takes a part of the first one's time."""
    seen: set[str | None] = set()
    for blocker in cases:
        yield blocker, _NEXT_IN_FILE if blocker.path in seen else 1
        seen.add(blocker.path)


def _part(what: str, number: int, hours: Hours) -> dict[str, Any]:
    return {
        "what": what,
        "number": number,
        "low_hours": round(hours.low, 2),
        "high_hours": round(hours.high, 2),
    }
