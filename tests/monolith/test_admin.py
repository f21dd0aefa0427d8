"""What can the staff see, and what can nobody alter?"""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from boundaries.testing.messaging import deliver_all
from monolith.payments.models import LedgerEntry, LedgerIsHistory, Payment
from tests.monolith.shop import Shop, Traveller

CONTEXTS = {"accounts", "catalogue", "cart", "flights", "hotels", "bookings", "payments", "notifications"}


@pytest.fixture
def staff(shop: Shop, ada: Traveller) -> Client:
    """Somebody of the staff, in a shop with some history."""
    booking = ada.book(room=shop.room)
    ada.pay(booking)
    ada.refund(booking, "10.00")
    deliver_all()
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("staff"))
    return client


def models() -> list[type]:
    return [model for model in admin.site._registry if model._meta.app_label in CONTEXTS]


def test_every_context_has_pages():
    assert {model._meta.app_label for model in models()} == CONTEXTS


def test_every_list_and_every_page_renders(staff: Client):
    for model in models():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert staff.get(base).status_code == 200, base
        for row in model.objects.all()[:1]:
            assert staff.get(f"{base}{row.pk}/change/").status_code == 200, base


@pytest.mark.parametrize("model", ["payments/payment", "payments/ledgerentry", "notifications/notification"])
def test_history_can_be_seen_and_not_altered(staff: Client, model: str):
    row = LedgerEntry.objects.first() if model.endswith("entry") else Payment.objects.first()

    assert staff.get(f"/admin/{model}/add/").status_code == 403
    assert staff.post(f"/admin/{model}/{row.pk}/delete/", {"post": "yes"}).status_code in {302, 403}
    assert LedgerEntry.objects.count() == 4


def test_the_ledger_is_append_only_in_code_too(staff: Client):
    entry = LedgerEntry.objects.first()

    for attempt in (
        entry.save,
        entry.delete,
        lambda: LedgerEntry.objects.update(amount=1),
        LedgerEntry.objects.all().delete,
        lambda: LedgerEntry.objects.bulk_update([entry], ["amount"]),
    ):
        with pytest.raises(LedgerIsHistory):
            attempt()
