"""Does one transaction hold work of two contexts? Known from a record only."""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/payments/public.py": """\
from shop.payments.models import Payment


def charge(amount):
    return Payment.objects.create(amount=amount, state="charged").pk
""",
        "shop/bookings/checkout.py": """\
from django.db import transaction

from shop.bookings.models import Booking
from shop.payments import public as payments


def buy():
    with transaction.atomic():
        Booking.objects.create()
        payments.charge(amount=1)
""",
    },
    after={
        "shop/bookings/checkout.py": """\
from django.db import transaction

from shop.bookings.models import Booking
from shop.payments import public as payments


def buy():
    with transaction.atomic():
        Booking.objects.create()
    payments.charge(amount=1)
""",
    },
)

RULE = Rule(
    code="BD230",
    title="transaction over two contexts",
    kinds=("transaction",),
    why=(
        "No transaction spans two databases: from the switch on, one half can be kept while the other is taken"
        " back, and a facade refuses a command that is called while a transaction is open. Only a running"
        " project shows this, so `--record` must be given."
    ),
    fix=(
        "Call the other context after the transaction, with a key, so that it can be repeated; or publish an"
        " event inside it and let the other context consume that; or make it a saga, where steps must be undone."
    ),
    remedy="Call {target_context} after the transaction, or publish an event in it.",
    breaks=_breaks,
    example=_EXAMPLE,
)
