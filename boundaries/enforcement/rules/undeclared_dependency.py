"""Does a context use another that it does not declare?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(link: Link, source: Context, _target: Context) -> bool:
    known = (*(source.calls or ()), *source.listens_to)
    may_call_anybody = source.calls is None and not source.shared
    return not may_call_anybody and link.target_context not in known


_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = []

[contexts.payments]
packages = ["shop.payments"]
""",
        "shop/bookings/views.py": """\
from shop.payments.public import Payments


def receipt(request, booking_id):
    return Payments.for_bookings(booking_ids=[booking_id])
""",
    },
    after={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
""",
    },
)

RULE = Rule(
    code="BD201",
    title="undeclared dependency",
    kinds=("import", "setting"),
    why=(
        "The map is the plan of the house: what a context may call is what an extraction must keep "
        "answering. A dependency that nobody declared is one that nobody will look for when the "
        "other context leaves."
    ),
    fix=(
        "Ask whether the dependency should exist. If so, add the context to `calls` (or to "
        "`listens_to`, when only its events are consumed); if not, move the code or turn the call "
        "round into an event."
    ),
    remedy="Add {target_context!r} to `calls` of {source_context}, or remove the import.",
    breaks=_breaks,
    example=_EXAMPLE,
)
