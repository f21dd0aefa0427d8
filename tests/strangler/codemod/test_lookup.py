"""Does a path that only reads a key read it from its own column, and is every other join left?"""

from __future__ import annotations

import pytest

from tests.strangler.codemod.conftest import Project

pytest.importorskip("libcst", reason="the extra `fix` is not installed")

HEAD = """\
from django.db.models import F, Q

from shop.bookings.models import Booking

"""
MODELS = """\
from django.db import models


class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
    card = models.ForeignKey("payments.Card", models.CASCADE, to_field="number")


class Ticket(models.Model):
    booking = models.ForeignKey(Booking, models.CASCADE)
"""
PAYMENTS = """\
from django.db import models


class Payment(models.Model):
    amount = models.IntegerField()


class Card(models.Model):
    number = models.CharField(max_length=20, unique=True)
"""


@pytest.fixture
def shop(project: Project) -> Project:
    return project.write({"shop/bookings/models.py": MODELS, "shop/payments/models.py": PAYMENTS})


@pytest.mark.parametrize(
    ("before", "after"),
    {
        "Booking.objects.filter(payment__pk=3)": "Booking.objects.filter(payment_id=3)",
        "Booking.objects.filter(payment__id__in=[3])": "Booking.objects.filter(payment_id__in=[3])",
        "Booking.objects.exclude(Q(payment__id__gt=3))": "Booking.objects.exclude(Q(payment_id__gt=3))",
        "Booking.objects.values_list('payment__pk')": "Booking.objects.values_list('payment_id')",
        "Booking.objects.order_by(\n    '-payment__id',  # newest\n)": "Booking.objects.order_by(\n    '-payment_id',  # newest\n)",
        "Booking.objects.annotate(p=F('payment__id'))": "Booking.objects.annotate(p=F('payment_id'))",
        "Booking.objects.filter(card__number='7')": "Booking.objects.filter(card_id='7')",
        "Booking.objects.filter(ticket__booking__payment__id=3)": "Booking.objects.filter(ticket__booking__payment_id=3)",
    }.items(),
)
def test_rewrites(shop: Project, before: str, after: str):
    shop.write({"shop/bookings/views.py": f"{HEAD}found = {before}\n"})
    fix = shop.written("BD210")

    assert fix.by_hand == []
    assert shop.read("shop/bookings/views.py") == f"{HEAD}found = {after}\n"
    assert shop.fix("BD210").rewrites == []


def test_leaves_a_name_that_is_a_way_back_elsewhere(shop: Project):
    refund = "\n\nclass Refund(models.Model):\n    booking = models.ForeignKey('bookings.Booking', models.CASCADE)\n"
    link = "    refund = models.ForeignKey('payments.Refund', models.CASCADE)\n"
    shop.write({"shop/payments/models.py": PAYMENTS + refund, "shop/bookings/models.py": MODELS + link})
    shop.write({"shop/bookings/views.py": f"{HEAD}found = Booking.objects.filter(refund__id=7)\n"})
    fix = shop.fix("BD210")

    assert fix.rewrites == []
    assert len(fix.by_hand) == 1


@pytest.mark.parametrize(
    "query",
    [
        "Booking.objects.filter(payment__amount=3)",
        "Booking.objects.filter(card__id=3)",
        "Booking.objects.filter(card__pk=3)",
        "Booking.objects.select_related('payment')",
        "Booking.objects.filter(payment__id__amount=3)",
        "Booking.objects.values('payment__id')",  # the rows' keys are these names
        "Booking.objects.values_list('payment__id', named=True)",
    ],
)
def test_leaves(shop: Project, query: str):
    shop.write({"shop/bookings/views.py": f"{HEAD}found = {query}\n"})
    fix = shop.fix("BD210")

    assert fix.rewrites == []
    assert [item.line for item in fix.by_hand] == [5]
