"""How are facts written on a page?"""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from boundaries.watch.admin.record import badge
from boundaries.watch.facts import ContextFacts, Extraction, Follower
from boundaries.watch.terminal import duration, follower_text

register = template.Library()


@register.simple_tag
def records(model: str) -> str:
    """The address of a model's list, `app_label_model`; empty where its room is not installed."""
    try:
        return reverse(f"admin:{model}_changelist")
    except NoReverseMatch:
        return ""


@register.filter
def thousands(value: Any) -> Any:
    """Whole numbers with separators, as the terminal shows them; everything else as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


@register.filter
def words(value: str) -> str:
    """A stored word as people write it."""
    return value.replace("_", " ")


@register.filter
def seconds(value: float | None) -> str:
    """A duration; nothing for a step whose run nobody kept."""
    return "" if value is None else duration(value)


@register.filter
def follower(value: Follower) -> str:
    """The follower in a few words."""
    return follower_text(value)


@register.filter
def result(value: str) -> SafeString:
    """How a run ended, as a coloured word."""
    return badge(str(value), "done" if value == "ok" else str(value))


@register.filter
def dots(extraction: Extraction) -> list[bool]:
    """Each step of the journey: whether it is done."""
    return [position < extraction.done_steps for position in range(extraction.total_steps)]


@register.filter
def open_sagas(context: ContextFacts) -> int:
    """Sagas that have not ended."""
    return sum(context.sagas.values())
