"""Does every context have an owner?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
owner = "Booking team"

[contexts.payments]
packages = ["shop.payments"]
""",
    },
    after={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
owner = "Booking team"

[contexts.payments]
packages = ["shop.payments"]
owner = "Money team"
""",
    },
)

RULE = Rule(
    code="BD207",
    title="unknown owner",
    kinds=("owner",),
    why=("Somebody must say yes before a context's door changes, and be called when it breaks at night."),
    fix=('Write `owner = "..."` into the context\'s table of the map.'),
    remedy="Add `owner` to [contexts.{source_context}].",
    severity="warning",
    example=_EXAMPLE,
)
