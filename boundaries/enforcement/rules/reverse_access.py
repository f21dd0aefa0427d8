"""Does code walk back along a relation of another context's model?"""

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
    pass
""",
        "shop/payments/models.py": """\
from django.db import models
class Payment(models.Model):
    booking = models.ForeignKey("bookings.Booking", models.CASCADE)
    amount = models.IntegerField()
""",
        "shop/bookings/views.py": """\
def paid(booking):
    return booking.payment_set.exists()
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.payments import public
def paid(booking):
    return public.is_paid(booking.pk)
""",
        "shop/payments/models.py": """\
from django.db import models
from boundaries import Reference
class Payment(models.Model):
    booking = Reference("bookings.Booking")
    amount = models.IntegerField()
""",
        "shop/payments/public.py": """\
def is_paid(booking): ...
""",
    },
)

RULE = Rule(
    code="BD217",
    title="reverse access across contexts",
    kinds=("reverse",),
    why=(
        "`booking.payment_set` looks like a field of your own, but Django made it out of a relation that "
        "the other context declares. It queries the other context's table, and is gone, together with the "
        "relation, on the day that the table leaves."
    ),
    fix=(
        "Ask the other context's facade for what belongs to your object, by its identifier. Where "
        "`hasattr` asks whether something exists at all, let an event of the other context tell, and keep "
        "a flag or a projection of your own."
    ),
    remedy="Ask the facade of {target_context} by identifier instead of walking back to {target}.",
    breaks=_breaks,
    example=_EXAMPLE,
)
