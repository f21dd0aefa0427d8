"""Does an ORM path walk into another context's model?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/models.py": """\
from django.db import models


class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.PROTECT)
""",
        "shop/bookings/views.py": """\
from shop.bookings.models import Booking


def unpaid():
    return Booking.objects.filter(payment__state="open")
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.bookings.models import Booking
from shop.payments.public import Payments


def unpaid():
    return Booking.objects.filter(payment__in=Payments.open_ids())
""",
    },
)

RULE = Rule(
    code="BD210",
    title="lookup across contexts",
    kinds=("lookup",),
    why=(
        "A path like `payment__amount` becomes a join, and no join spans two databases. The path is a "
        "string, so nothing but a failing query tells that the other table has left."
    ),
    fix=(
        "Ask the other context's facade for all identifiers at once, and put the answers together in "
        "Python; where you filter or sort by them, keep a projection fed by its events."
    ),
    remedy="Ask the facade of {target_context} instead of joining {target}.",
    breaks=_breaks,
    example=_EXAMPLE,
    codemod="boundaries fix BD210",
)
