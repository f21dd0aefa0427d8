"""Does a door hand out what cannot cross a process?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Rule

RULE = Rule(
    code="BD206",
    title="door that leaks ORM types",
    kinds=("door",),
    why=(
        "A door's signatures become a wire protocol. A model, a queryset or a request cannot be "
        "sent; a caller that got one can walk on into every table behind it."
    ),
    fix=("Answer with frozen dataclasses of standard types, and build them in the implementation."),
    remedy="Return a frozen dataclass instead of {target}.",
)
