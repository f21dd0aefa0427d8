"""Is another context's model loaded by its name?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.kinds.link import Link
from boundaries.enforcement.rules.rule import Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


RULE = Rule(
    code="BD209",
    title="model of another context loaded by name",
    kinds=("get_model",),
    why=(
        "`get_model` leaves no import, but the code behind it reads and writes the other context's "
        "table all the same, and fails at run time on the day that the table leaves."
    ),
    fix=(
        "Call the other context's facade. If it is the user model that you need, keep its identifier instead."
    ),
    remedy="Ask the facade of {target_context} instead of loading {target}.",
    breaks=_breaks,
)
