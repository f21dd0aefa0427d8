"""Does a migration need another context's migrations?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.kinds.link import Link
from boundaries.enforcement.rules.rule import Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


RULE = Rule(
    code="BD215",
    title="migration needs another context",
    kinds=("migration",),
    why=(
        "Old migrations remember relations that are gone. They do not stop an extraction, since a "
        "service starts a history of its own, but they tie the order of both apps' migrations for "
        "as long as they exist."
    ),
    fix=(
        "Nothing, if the relation is gone from the models. Squash the migrations when the history "
        "is no longer needed."
    ),
    remedy="Squash the migrations of {source_context} once the relation is gone.",
    severity="warning",
    breaks=_breaks,
)
