"""Is another context's model loaded by its name?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/views.py": """\
from django.apps import apps


def amount(booking):
    return apps.get_model("payments", "Payment").objects.get(id=booking.payment_id).amount
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.payments.public import Payments


def amount(booking):
    return Payments.for_bookings(booking_ids=[booking.id])[booking.id].amount
""",
    },
)

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
    example=_EXAMPLE,
)
