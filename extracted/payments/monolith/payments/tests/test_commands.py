"""Do the commands of payments move money as they say, and only once?"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from boundaries.testing.messaging import capture_events
from monolith.payments.local import LocalPayments
from monolith.payments.models import LedgerEntry, Refund
from monolith.payments.models import Payment as PaymentRecord
from monolith.payments.public import (
    CardDeclined,
    Payment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentRefunded,
    PaymentState,
    PaymentUnknown,
    PaymentVoided,
    RefundExceeds,
    WrongPaymentState,
)
from monolith.payments.tests.conftest import EUR_100, Pool, authorise, in_transaction
from monolith.shared.money import Money


class TestAuthorise:
    def test_holds_the_amount_and_tells(self, payments: LocalPayments, booking_id: UUID, pool: Pool):
        with capture_events() as events:
            payment = authorise(payments, booking_id)

        assert (payment.state, payment.amount, payment.card_ending) == (
            PaymentState.AUTHORISED,
            EUR_100,
            "4242",
        )
        assert events == [PaymentAuthorised(payment.id, booking_id, payment.traveller_id, EUR_100)]
        assert pool.asked[0][1]["amount"] == "100.00"

    def test_twice_is_the_same_payment(self, payments: LocalPayments, held: Payment, pool: Pool):
        assert authorise(payments, held.booking_id) == held
        assert pool.paths() == ["authorisations"]

    def test_repeated_after_a_lost_transaction_holds_once(
        self, payments: LocalPayments, booking_id: UUID, pool: Pool
    ):
        payment = authorise(payments, booking_id)
        PaymentRecord.objects.filter(pk=payment.id).delete()

        authorise(payments, booking_id)

        assert pool.paths() == ["authorisations"]

    def test_declined_stores_nothing(self, payments: LocalPayments, booking_id: UUID):
        with pytest.raises(CardDeclined, match="insufficient_funds"):
            authorise(payments, booking_id, card="tok_0002")

        assert not PaymentRecord.objects.exists()


class TestCapture:
    def test_takes_the_amount_and_tells(self, payments: LocalPayments, held: Payment):
        with capture_events() as events:
            taken = in_transaction(payments.capture, payment_id=held.id)

        assert taken.state is PaymentState.CAPTURED
        assert taken.captured_at is not None
        assert events == [PaymentCaptured(held.id, held.booking_id, held.traveller_id, EUR_100)]

    def test_twice_is_once(self, payments: LocalPayments, taken: Payment, pool: Pool):
        assert in_transaction(payments.capture, payment_id=taken.id) == taken
        assert pool.paths() == ["authorisations", "capture"]
        assert LedgerEntry.objects.count() == 2

    def test_needs_money_that_is_held(self, payments: LocalPayments, held: Payment):
        in_transaction(payments.void, payment_id=held.id)

        with pytest.raises(WrongPaymentState, match="voided"):
            in_transaction(payments.capture, payment_id=held.id)


class TestVoid:
    def test_lets_go_and_tells(self, payments: LocalPayments, held: Payment, pool: Pool):
        with capture_events() as events:
            voided = in_transaction(payments.void, payment_id=held.id)

        assert voided.state is PaymentState.VOIDED
        assert events == [PaymentVoided(held.id, held.booking_id, held.traveller_id, EUR_100)]
        assert in_transaction(payments.void, payment_id=held.id) == voided
        assert pool.paths() == ["authorisations", "void"]

    def test_comes_too_late_after_a_capture(self, payments: LocalPayments, taken: Payment):
        with pytest.raises(WrongPaymentState, match="captured"):
            in_transaction(payments.void, payment_id=taken.id)


class TestRefund:
    def refund(self, payments: LocalPayments, payment: Payment, amount: str, key: str = "a") -> Payment:
        return in_transaction(
            payments.refund, payment_id=payment.id, amount=Money.of(amount, "EUR"), refund_key=key
        )

    def test_gives_a_part_back_and_tells(self, payments: LocalPayments, taken: Payment):
        with capture_events() as events:
            refunded = self.refund(payments, taken, "30.00")

        assert (refunded.state, str(refunded.refunded)) == (PaymentState.CAPTURED, "30.00 EUR")
        assert [type(event) for event in events] == [PaymentRefunded]
        assert events[0].amount == Money.of("30.00", "EUR")

    def test_of_everything_ends_the_payment(self, payments: LocalPayments, taken: Payment):
        self.refund(payments, taken, "30.00", "a")

        assert self.refund(payments, taken, "70.00", "b").state is PaymentState.REFUNDED

    def test_under_one_key_happens_once(self, payments: LocalPayments, taken: Payment, pool: Pool):
        self.refund(payments, taken, "30.00")
        self.refund(payments, taken, "30.00")

        assert Refund.objects.count() == 1
        assert pool.paths().count("refunds") == 1

    @pytest.mark.parametrize("amount", ["100.01", "0.00"])
    def test_is_more_than_nothing_and_at_most_everything(
        self, payments: LocalPayments, taken: Payment, amount: str
    ):
        with pytest.raises(RefundExceeds) as refused:
            self.refund(payments, taken, amount)

        assert refused.value.refundable == EUR_100

    def test_needs_money_that_was_taken(self, payments: LocalPayments, held: Payment):
        with pytest.raises(WrongPaymentState):
            self.refund(payments, held, "1.00")


class TestGiveBack:
    def test_voids_what_is_held(self, payments: LocalPayments, held: Payment):
        assert in_transaction(payments.give_back, payment_id=held.id).state is PaymentState.VOIDED

    def test_refunds_what_is_left(self, payments: LocalPayments, taken: Payment):
        in_transaction(payments.refund, payment_id=taken.id, amount=Money.of("30", "EUR"), refund_key="a")

        assert in_transaction(payments.give_back, payment_id=taken.id).state is PaymentState.REFUNDED
        assert sorted(refund.amount for refund in Refund.objects.all()) == [30, 70]

    def test_twice_is_once(self, payments: LocalPayments, taken: Payment):
        first = in_transaction(payments.give_back, payment_id=taken.id)

        assert in_transaction(payments.give_back, payment_id=taken.id) == first


class TestQueries:
    def test_get_one(self, payments: LocalPayments, held: Payment):
        assert payments.get(payment_id=held.id) == held

    def test_an_unknown_one_is_refused(self, payments: LocalPayments):
        for ask in (payments.get, payments.statement, payments.capture, payments.void, payments.give_back):
            with pytest.raises(PaymentUnknown):
                in_transaction(ask, payment_id=uuid4())

    def test_for_bookings_leaves_out_those_without(self, payments: LocalPayments, held: Payment):
        assert payments.for_bookings(booking_ids=[held.booking_id, uuid4()]) == {held.booking_id: held}
