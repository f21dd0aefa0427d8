"""Do contexts call each other in a circle?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = ["bookings"]
""",
        "shop/bookings/views.py": """\
from shop.payments.public import Payments


def receipt(request, booking_id):
    return Payments.for_bookings(booking_ids=[booking_id])
""",
        "shop/payments/local.py": """\
from shop.bookings.public import Bookings


def capture(payment):
    Bookings.confirm(booking_id=payment.booking_id)
""",
    },
    after={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]
listens_to = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = []
""",
        "shop/payments/local.py": """\
from boundaries import publish

from shop.payments.public import PaymentCaptured


def capture(payment):
    publish(PaymentCaptured(booking_id=payment.booking_id))
""",
        "shop/bookings/consumers.py": """\
from boundaries import consumer

from shop.payments.public import PaymentCaptured


@consumer(PaymentCaptured, name="bookings.confirm")
def confirm(event, envelope): ...
""",
    },
)

RULE = Rule(
    code="BD205",
    title="cycle between contexts",
    kinds=("cycle",),
    why=(
        "Contexts in a circle can only be understood, tested and deployed together; whichever "
        "leaves first must be called by, and must call, what it left."
    ),
    fix=(
        "Turn one direction into an event: the callee publishes, the caller listens. `listens_to` "
        "closes no circle."
    ),
    remedy="Turn one direction of {target} into an event.",
    example=_EXAMPLE,
)
