"""What is not allowed between contexts? One rule per file, each with a code."""

from __future__ import annotations

from boundaries.contexts.map import ContextMap
from boundaries.contexts.reading import nearest_spelling
from boundaries.enforcement.kinds.link import Link
from boundaries.enforcement.rules import (
    allow_comment,
    cycle,
    foreign_internal,
    foreign_key_constraint,
    foreign_sender,
    foreign_table,
    inheritance,
    leaking_door,
    lookup,
    migration_dependency,
    model_by_name,
    relation,
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
)
_BY_CODE = {rule.code: rule for rule in RULES}


class UnknownRule(BoundaryError):
    """Raised when a rule is named that does not exist."""

    code = "BD291"
    problem = "There is no rule {name!r}."
    remedy = "Did you mean {nearest}? Rules: {known}."


def rule_of(code: str) -> Rule:
    """The rule of a code.

    :raises UnknownRule: with the nearest code.
    """
    if code not in _BY_CODE:
        raise UnknownRule(name=code, nearest=nearest_spelling(code, _BY_CODE), known=", ".join(_BY_CODE))
    return _BY_CODE[code]


def judge(link: Link, context_map: ContextMap) -> Rule | None:
    """The rule that a link breaks, or None. What a shared context offers may be used by everybody."""
    source = context_map.context(link.source_context)
    target = context_map.context(link.target_context)
    if target.shared:
        return None
    if source.shared and link.kind in undeclared_dependency.RULE.kinds:
        return undeclared_dependency.RULE
    for rule in RULES:
        if rule.breaks and link.kind in rule.kinds and rule.breaks(link, source, target):
            return rule
    return None
