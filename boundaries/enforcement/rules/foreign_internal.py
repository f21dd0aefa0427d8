"""Does an import reach behind another context's door?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(link: Link, _source: Context, target: Context) -> bool:
    return not target.is_public(link.module)


_EXAMPLE = Example(
    before={
        "shop/bookings/views.py": """\
from shop.payments.models import Payment


def is_paid(booking):
    return Payment.objects.filter(id=booking.payment_id, state="captured").exists()
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.payments.public import Payments


def is_paid(booking):
    return Payments.for_bookings(booking_ids=[booking.id])[booking.id].is_captured
""",
    },
)

RULE = Rule(
    code="BD202",
    title="foreign internals",
    kinds=("import", "setting"),
    why=(
        "What lies behind the door moves to another process when its context leaves. Every import "
        "that reaches it must be found and rewritten first; an import of the door goes on working, "
        "because the door stays."
    ),
    fix=(
        "Import from the public package. If it lacks what you need, ask the owner for an operation,"
        " a value or an event; do not re-export a model."
    ),
    remedy="Go through the public package of {target_context}, which does not expose this.",
    breaks=_breaks,
    example=_EXAMPLE,
    codemod="boundaries fix BD202",
)
