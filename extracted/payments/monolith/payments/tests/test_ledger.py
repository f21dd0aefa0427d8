"""Does the ledger tell the truth, and can it be made to lie?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from monolith.payments.local import LocalPayments
from monolith.payments.models import LedgerEntry, LedgerIsHistory
from monolith.payments.models import Payment as PaymentRecord
from monolith.payments.public import Payment
from monolith.payments.tests.conftest import in_transaction
from monolith.shared.money import Money


def test_a_statement_shows_both_sides_of_every_movement(payments: LocalPayments, taken: Payment):
    in_transaction(payments.refund, payment_id=taken.id, amount=Money.of("25", "EUR"), refund_key="a")

    lines = payments.statement(payment_id=taken.id)

    assert [(line.kind, line.account, line.amount.amount) for line in lines] == [
        ("capture", "booking_sales", Decimal("-100.00")),
        ("capture", "card_clearing", Decimal("100.00")),
        ("refund", "booking_sales", Decimal("25.00")),
        ("refund", "card_clearing", Decimal("-25.00")),
    ]


def test_holding_money_moves_none(payments: LocalPayments, held: Payment):
    assert payments.statement(payment_id=held.id) == []


def test_the_books_add_up(payments: LocalPayments, taken: Payment):
    in_transaction(payments.refund, payment_id=taken.id, amount=Money.of("25", "EUR"), refund_key="a")

    [total] = payments.books()

    assert (total.currency, total.payments) == ("EUR", 1)
    assert (total.authorised.amount, total.captured.amount, total.refunded.amount) == (100, 100, 25)
    assert total.imbalance.amount == 0


def test_nothing_is_in_empty_books(payments: LocalPayments):
    assert payments.books() == []


def test_a_movement_cannot_be_posted_twice(payments: LocalPayments, taken: Payment):
    entry = LedgerEntry.objects.first()
    copy = LedgerEntry(
        payment_id=taken.id,
        movement=entry.movement,
        kind=entry.kind,
        account=entry.account,
        amount=1,
        currency="EUR",
    )

    with pytest.raises(IntegrityError, match="payments_movement_once"), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"refunded": 101}, "payments_refunded_within_amount"),
        ({"refunded": -1}, "payments_refunded_within_amount"),
        ({"refunded": 1, "state": "authorised"}, "payments_refunded_after_capture"),
        ({"captured_at": None}, "payments_capture_dated"),
        ({"state": "lost"}, "payments_state_known"),
    ],
)
def test_the_database_refuses_states_that_cannot_be(taken: Payment, changes: dict, constraint: str):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PaymentRecord.objects.filter(pk=taken.id).update(**changes)


def test_entries_are_neither_altered_nor_deleted(payments: LocalPayments, taken: Payment):
    entry = LedgerEntry.objects.first()

    for attempt in (entry.save, entry.delete, LedgerEntry.objects.all().delete):
        with pytest.raises(LedgerIsHistory):
            attempt()
    with pytest.raises(LedgerIsHistory):
        LedgerEntry.objects.filter(pk=entry.pk).update(amount=1)
