"""What is said about one violation, in every format?"""

from __future__ import annotations

from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.rules import rule_of


def message_of(coupling: Coupling) -> str:
    """What breaks which rule: one sentence without place and code."""
    rule = rule_of(coupling.rule or "")
    detail = f" ({coupling.detail})" if coupling.detail else ""
    if coupling.source_context == coupling.target_context:
        return f"{rule.title}: {coupling.target}"
    name = coupling.source.partition(":")[2]
    source = name if name != "<module>" else coupling.module
    pair = f"{coupling.source_context} -> {coupling.target_context}"
    return f"{rule.title} ({pair}): {source} -> {coupling.target}{detail}"


def remedy_of(coupling: Coupling) -> str:
    """What to do about it."""
    return rule_of(coupling.rule or "").remedy.format_map(coupling.as_dict())
