"""What does a person read in the terminal? New violations in groups, capped; the rest as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.reports import burndown, disagreement
from boundaries.enforcement.reports.message import remedy_of
from boundaries.enforcement.rules import rule_of

_MOST_PLACES = 8
_MOST_GROUPS = 40
_MOST_PAIRS = 8
_MOST_STALE = 20

Group = tuple[str, str, str]


def render(result: CheckResult) -> str:
    """The result as text; however much was found, it stays readable."""
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
    for violation in found:
        groups.setdefault(
            (violation.rule or "", violation.source_context, violation.target_context), []
        ).append(violation)
    for (code, source, target), members in sorted(groups.items())[:_MOST_GROUPS]:
        pair = source if source == target else f"{source} -> {target}"
        yield f"{code} {rule_of(code).title}: {pair}"
        said = ""
        for violation in members[:_MOST_PLACES]:
            if said and remedy_of(violation) != said:
                yield f"      {said}"
            said = remedy_of(violation)
            yield f"  {violation.path}:{violation.line}:{violation.column}  {_what(violation)}"
        yield f"      {said}"
        if len(members) > _MOST_PLACES:
            yield f"  ... and {len(members) - _MOST_PLACES} more: `boundaries couplings --from {source}`"
        yield ""
    if len(groups) > _MOST_GROUPS:
        yield f"... and {len(groups) - _MOST_GROUPS} more groups; --format json lists all\n"


def _what(violation: Coupling) -> str:
    if violation.source_context == violation.target_context:
        return violation.target
    name = violation.source.partition(":")[2]
    source = violation.module if name == "<module>" else name
    detail = violation.detail or (f"name {violation.evidence}" if violation.evidence != "static" else "")
    return f"{source} -> {violation.target}" + (f"  ({detail})" if detail else "")


def _stale(result: CheckResult) -> Iterator[str]:
    if not result.stale:
        return
    yield f"{len(result.stale)} accepted violations are gone; `check --update-baseline` forgets them:"
    for entry in result.stale[:_MOST_STALE]:
        yield f"  {entry.rule} {entry.source} -> {entry.target} ({entry.count})"
    if len(result.stale) > _MOST_STALE:
        yield f"  ... and {len(result.stale) - _MOST_STALE} more"
    yield ""


def _counted(result: CheckResult) -> Iterator[str]:
    if not result.counted:
        return
    pairs = Counter((c.source_context, c.target_context) for c in result.counted)
    yield f"counted, not failing: {len(result.counted)} couplings (open contexts, warnings, allowed by comment)"
    for (source, target), count in pairs.most_common(_MOST_PAIRS):
        yield f"  {count:5}  {source if source == target else f'{source} -> {target}'}"
    if len(pairs) > _MOST_PAIRS:
        yield f"         ... and {len(pairs) - _MOST_PAIRS} more pairs; `boundaries map` shows all"
    yield ""


def _remarks(result: CheckResult) -> Iterator[str]:
    yield from disagreement.render(result.disagreements)
    if result.unresolved:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(result.unresolved.items()))
        yield f"unresolved, left alone: {counts}"
    for notice in result.notices:
        yield f"note: {notice}"


def _summary(result: CheckResult) -> str:
    contexts = f"{result.contexts} contexts, {result.couplings} couplings"
    baselined = len(result.violations) - len(result.new)
    known = f", {baselined} accepted in the baseline" if baselined else ""
    if result.new:
        noun = "violation" if len(result.new) == 1 else "violations"
        return f"{len(result.new)} new {noun} in {contexts}{known}. `boundaries explain CODE` says why."
    if not result.is_clean:
        return f"No new violations in {contexts}{known}, but the baseline is stale."
    return f"Clean: {contexts}{known}."
