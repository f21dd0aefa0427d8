"""What does payments do when a booking is given up?"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from boundaries.testing.messaging import capture_events
from monolith.bookings.public import BookingExpired, BookingFailed
from monolith.payments.consumers import let_go_of_expired, let_go_of_failed
from monolith.payments.local import LocalPayments
from monolith.payments.public import Payment, PaymentClosed, PaymentRefunded, PaymentState, PaymentVoided
from monolith.payments.tests.conftest import Pool, authorise


def expired(payment: Payment) -> None:
    with transaction.atomic():
        let_go_of_expired(BookingExpired(payment.booking_id, payment.traveller_id, "ABC"), None)


def test_held_money_is_let_go(payments: LocalPayments, held: Payment):
    with capture_events() as events:
        expired(held)

    assert payments.get(payment_id=held.id).state is PaymentState.VOIDED
    assert [type(event) for event in events] == [PaymentVoided]


def test_taken_money_goes_back(payments: LocalPayments, taken: Payment):
    with capture_events() as events:
        expired(taken)

    assert payments.get(payment_id=taken.id).state is PaymentState.REFUNDED
    assert [type(event) for event in events] == [PaymentRefunded]


def test_twice_is_once(payments: LocalPayments, held: Payment):
    expired(held)
    with capture_events() as events:
        expired(held)

    assert events == []


def test_a_booking_that_never_came_this_far_is_closed_all_the_same(payments: LocalPayments, pool: Pool):
    booking_id = uuid4()
    with transaction.atomic():
        let_go_of_failed(BookingFailed(booking_id, uuid4()), None)

    # Here and at the processor, which may hold money for it that nobody here wrote down.
    assert pool.asked == [("cancellations", {"key": f"authorise-{booking_id}"})]

    with pytest.raises(PaymentClosed):
        authorise(payments, booking_id)
    assert payments.books() == []
