"""Does every context have an owner?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Rule

RULE = Rule(
    code="BD207",
    title="unknown owner",
    kinds=("owner",),
    why=("Somebody must say yes before a context's door changes, and be called when it breaks at night."),
    fix=('Write `owner = "..."` into the context\'s table of the map.'),
    remedy="Add `owner` to [contexts.{source_context}].",
    severity="warning",
)
