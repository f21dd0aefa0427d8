"""What does a person read in the terminal? New violations in groups, capped; the rest as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.reports import burndown, disagreement
from boundaries.enforcement.reports.message import remedy_of
from boundaries.enforcement.rules import rule_of
from boundaries.enforcement.wording import counted

# Up to this many violations are shown group by group; of more, the largest groups and a summary.
_FEW_VIOLATIONS = 40
_MOST_PLACES = 8
_MOST_PLACES_OF_MANY = 3
_MOST_GROUPS_OF_MANY = 10
_MOST_PAIRS = 6
_MOST_STALE = 20
_MOST_NOTICES = 4

Group = tuple[str, str, str]


def render(result: CheckResult) -> str:
    """The result as text: at most about a hundred lines, however much was found."""
    lines = [
        *_violations(result.new),
        *_stale(result),
        *burndown.render(result),
        *_counted(result),
        *_remarks(result),
        _summary(result),
    ]
    return "\n".join(lines)


def _violations(found: Sequence[Coupling]) -> Iterator[str]:
    groups: dict[Group, list[Coupling]] = {}
    for violation in sorted(found, key=lambda v: (v.rule or "", v.source_context, v.target_context)):
        group = (violation.rule or "", violation.source_context, violation.target_context)
        groups.setdefault(group, []).append(violation)
    if len(found) <= _FEW_VIOLATIONS:
        for group, members in groups.items():
            yield from _group(group, members, _MOST_PLACES)
        return
    largest = sorted(groups.items(), key=lambda entry: -len(entry[1]))
    for group, members in largest[:_MOST_GROUPS_OF_MANY]:
        yield from _group(group, members, _MOST_PLACES_OF_MANY)
    yield from _totals(found, len(groups) - _MOST_GROUPS_OF_MANY)


def _group(group: Group, members: Sequence[Coupling], most_places: int) -> Iterator[str]:
    code, source, target = group
    yield f"{code} {rule_of(code).title}: {_pair(source, target)}"
    said = ""
    for violation in members[:most_places]:
        if said and remedy_of(violation) != said:
            yield f"      {said}"
        said = remedy_of(violation)
        yield f"  {violation.path}:{violation.line}:{violation.column}  {_what(violation)}"
    yield f"      {said}"
    if len(members) > most_places:
        verb = (
            f"couplings --from {source} --to {target} --rule {code}" if source != target else "check --json"
        )
        yield f"  ... and {len(members) - most_places:,} more: `boundaries {verb}`"
    yield ""


def _totals(found: Sequence[Coupling], groups_left: int) -> Iterator[str]:
    """How many by rule and by pair; the end of a long report is what people see first."""
    if groups_left > 0:
        yield f"... and {groups_left:,} smaller groups; --format json lists all\n"
    yield "by rule:"
    for code, count in sorted(Counter(v.rule or "" for v in found).items()):
        yield f"  {count:7,}  {code} {rule_of(code).title}"
    yield "by pair of contexts:"
    yield from _largest_pairs(found)
    yield ""


def _largest_pairs(found: Sequence[Coupling]) -> Iterator[str]:
    pairs = Counter((c.source_context, c.target_context) for c in found)
    for (source, target), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_PAIRS]:
        yield f"  {count:7,}  {_pair(source, target)}"
    if len(pairs) > _MOST_PAIRS:
        yield f"           ... and {len(pairs) - _MOST_PAIRS:,} more pairs; `boundaries map` shows all"


def _pair(source: str, target: str) -> str:
    return source if source == target else f"{source} -> {target}"


def _what(violation: Coupling) -> str:
    if violation.source_context == violation.target_context:
        return violation.target
    name = violation.source.partition(":")[2]
    # At module level the path before it says all.
    source = "" if name == "<module>" else f"{name} "
    detail = violation.detail or (f"name {violation.evidence}" if violation.evidence != "static" else "")
    return f"{source}-> {violation.target}" + (f"  ({detail})" if detail else "")


def _stale(result: CheckResult) -> Iterator[str]:
    if not result.stale:
        return
    gone = counted(len(result.stale), "accepted violation")
    yield f"{gone} gone; `boundaries check --update-baseline` forgets:"
    for entry in result.stale[:_MOST_STALE]:
        yield f"  {entry.rule} {entry.source} -> {entry.target} ({entry.count})"
    if len(result.stale) > _MOST_STALE:
        yield f"  ... and {len(result.stale) - _MOST_STALE} more"
    yield ""


def _counted(result: CheckResult) -> Iterator[str]:
    if not result.counted:
        return
    yield f"counted, not failing: {counted(len(result.counted), 'finding')} (open contexts, warnings, allowed by comment)"
    yield from _largest_pairs(result.counted)
    yield ""


def _remarks(result: CheckResult) -> Iterator[str]:
    yield from disagreement.render(result.disagreements)
    if result.unresolved:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(result.unresolved.items()))
        yield f"unresolved, left alone: {counts}"
    for notice in result.notices[:_MOST_NOTICES]:
        yield f"note: {notice}"
    if len(result.notices) > _MOST_NOTICES:
        yield f"note: {len(result.notices) - _MOST_NOTICES} more notes; --format json lists all"


def _summary(result: CheckResult) -> str:
    contexts = f"{counted(result.contexts, 'context')}, {counted(result.couplings, 'coupling')}"
    baselined = len(result.violations) - len(result.new)
    known = f", {baselined} accepted in the baseline" if baselined else ""
    if result.new:
        return f"{counted(len(result.new), 'new violation')} in {contexts}{known}. `boundaries explain CODE` says why."
    if not result.is_clean:
        return f"No new violations in {contexts}{known}, but the baseline is stale."
    return f"Clean: {contexts}{known}."
