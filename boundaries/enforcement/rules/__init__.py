"""What is not allowed between contexts? One rule per file, each with a code."""

from __future__ import annotations

from pathlib import Path

from boundaries.contexts.map import ContextMap, Severity
from boundaries.contexts.reading import nearest_spelling
from boundaries.contexts.source import CONTEXT, Place, read_source
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules import (
    allow_comment,
    call_chain,
    cycle,
    foreign_internal,
    foreign_key_constraint,
    foreign_sender,
    foreign_table,
    foreign_template,
    foreign_url,
    inheritance,
    leaking_door,
    lockstep,
    lookup,
    migration_dependency,
    mirrored_table,
    model_by_name,
    relation,
    reverse_access,
    service_circle,
    shared_data,
    shared_namespace,
    shared_transaction,
    signal_without_sender,
    startup_order,
    task_by_name,
    undeclared_dependency,
    unknown_owner,
)
from boundaries.enforcement.rules.rule import Rule
from boundaries.errors import BoundaryError

# Where two rules judge one kind, the first that is broken names the violation.
RULES: tuple[Rule, ...] = (
    undeclared_dependency.RULE,
    foreign_internal.RULE,
    relation.RULE,
    foreign_key_constraint.RULE,
    cycle.RULE,
    leaking_door.RULE,
    unknown_owner.RULE,
    inheritance.RULE,
    model_by_name.RULE,
    lookup.RULE,
    foreign_table.RULE,
    foreign_sender.RULE,
    migration_dependency.RULE,
    allow_comment.RULE,
    shared_transaction.RULE,
    reverse_access.RULE,
    signal_without_sender.RULE,
    task_by_name.RULE,
    foreign_url.RULE,
    foreign_template.RULE,
    shared_data.RULE,
    service_circle.RULE,
    call_chain.RULE,
    lockstep.RULE,
    shared_namespace.RULE,
    mirrored_table.RULE,
    startup_order.RULE,
)
_BY_CODE = {rule.code: rule for rule in RULES}


class UnknownRule(BoundaryError):
    """Raised when a rule is named that does not exist."""

    code = "BD291"
    problem = "{where}there is no rule {name!r}."
    remedy = "Did you mean {nearest}? Rules: {known}."


def rule_of(code: str) -> Rule:
    """The rule of a code.

    :raises UnknownRule: with the nearest code.
    """
    if code not in _BY_CODE:
        raise _unknown_rule(code)
    return _BY_CODE[code]


def judge(link: Link, context_map: ContextMap) -> Rule | None:
    """The rule that a link breaks, or None. What a shared context offers may be used by everybody.

    A rule that is switched off for the link's context is none.
    """
    source = context_map.context(link.source_context)
    target = context_map.context(link.target_context)
    if target.shared:
        return None
    for rule in RULES:
        is_broken = link.kind in rule.kinds and rule.breaks and rule.breaks(link, source, target)
        if is_broken and severity_of(rule, source.name, context_map, target=target.name) != "off":
            return rule
    return None


def severity_of(rule: Rule, context: str, context_map: ContextMap, *, target: str | None = None) -> Severity:
    """How grave it is when a context breaks a rule: as the context says, else as the map says for all, else
    as the rule does; an open context's errors are warnings unless it says so itself.

    An import of the inside of a context that has left is an error, whatever anybody says: nothing is there any more.
    """
    source = context_map.context(context)
    if rule is foreign_internal.RULE and target and context_map.context(target).state == "outside":
        return rule.severity
    if rule.code in source.severity:
        return source.severity[rule.code]
    general = context_map.check.severity.get(rule.code, rule.severity)
    return "warning" if general == "error" and source.mode == "open" else general


def check_severities(context_map: ContextMap) -> None:
    """Refuse a severity for a rule that does not exist.

    :raises UnknownRule: with its line and the nearest code.
    """
    said: list[tuple[Path, Place, str]] = []
    said += [(context_map.path, ("check", "severity"), code) for code in context_map.check.severity]
    for context in context_map.contexts.values():
        is_own = context.path != context_map.path
        place: Place = (CONTEXT,) if is_own else ("contexts", context.name)
        said += [(context.path, (*place, "severity"), code) for code in context.severity]
    for path, place, code in said:
        if code not in _BY_CODE:
            line = read_source(path).line_of((*place, code))
            raise _unknown_rule(code, where=f"{path}:{line}: {'.'.join(place)}: ")


def _unknown_rule(code: str, *, where: str = "") -> UnknownRule:
    nearest = nearest_spelling(code, _BY_CODE)
    return UnknownRule(where=where, name=code, nearest=nearest, known=", ".join(_BY_CODE))
