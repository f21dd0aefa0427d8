"""Is money taken and given back as it was agreed, and do all books agree?"""

from decimal import Decimal

from django.db.models import Sum

from boundaries.testing.messaging import deliver_all
from monolith.payments.models import LedgerEntry
from monolith.payments.public import Payments
from tests.monolith.shop import Processor, Shop, Traveller


class TestPay:
    def test_takes_the_money_that_was_held(self, ada: Traveller, processor: Processor):
        booking = ada.book()

        paid = ada.pay(booking)

        assert (paid.status, paid["state"], paid["payment"]["state"]) == (200, "paid", "captured")
        assert processor.authorisation_of(booking)["captured"] == "120.00"

    def test_twice_is_once(self, ada: Traveller, processor: Processor):
        booking = ada.book()
        ada.pay(booking)

        assert ada.pay(booking).status == 200
        assert len(processor.authorisation_of(booking)["movements"]) == 1

    def test_is_refused_after_a_cancellation(self, ada: Traveller):
        booking = ada.book()
        ada.cancel(booking)

        answer = ada.pay(booking)

        assert (answer.status, answer["code"]) == (409, "bookings.wrong_state")


class TestCancel:
    def test_lets_go_of_held_money(self, shop: Shop, ada: Traveller, processor: Processor):
        booking = ada.book(seats=2, room=shop.room)

        cancelled = ada.cancel(booking)
        deliver_all()

        assert (cancelled["state"], cancelled["payment"]["state"]) == ("cancelled", "voided")
        assert processor.authorisation_of(booking)["state"] == "voided"
        assert shop.seats_left == 10
        assert shop.rooms_left() == [5] * 10

    def test_gives_taken_money_back(self, ada: Traveller, processor: Processor):
        booking = ada.book()
        ada.pay(booking)

        cancelled = ada.cancel(booking)

        assert (cancelled["state"], cancelled["payment"]["state"]) == ("cancelled", "refunded")
        assert processor.authorisation_of(booking)["refunded"] == "120.00"

    def test_gives_back_what_is_left_after_a_partial_refund(self, ada: Traveller, processor: Processor):
        booking = ada.book()
        ada.pay(booking)
        ada.refund(booking, "20.00")

        cancelled = ada.cancel(booking)

        assert cancelled["payment"]["refunded"]["amount"] == "120.00"
        moved = [move["amount"] for move in processor.authorisation_of(booking)["movements"]]
        assert moved == ["120.00", "20.00", "100.00"]

    def test_twice_is_once(self, ada: Traveller, shop: Shop):
        booking = ada.book()
        ada.cancel(booking)

        assert ada.cancel(booking).status == 200
        deliver_all()
        assert shop.seats_left == 10


class TestRefund:
    def test_gives_a_part_back_and_keeps_the_trip(self, ada: Traveller):
        booking = ada.book()
        ada.pay(booking)

        refunded = ada.refund(booking, "20.00")

        assert (refunded.status, refunded["state"]) == (200, "paid")
        assert refunded["payment"]["refunded"] == {"amount": "20.00", "currency": "EUR"}

    def test_under_one_key_is_given_once(self, ada: Traveller):
        booking = ada.book()
        ada.pay(booking)

        answers = [ada.refund(booking, "20.00", key="a"), ada.refund(booking, "20.00", key="a")]

        assert [answer["payment"]["refunded"]["amount"] for answer in answers] == ["20.00", "20.00"]

    def test_cannot_exceed_what_was_taken(self, ada: Traveller):
        booking = ada.book()
        ada.pay(booking)
        ada.refund(booking, "100.00")

        answer = ada.refund(booking, "20.01")

        assert (answer.status, answer["code"]) == (409, "payments.refund_exceeds")
        assert "20.00 EUR" in answer["detail"]

    def test_is_in_the_currency_that_was_taken(self, ada: Traveller):
        booking = ada.book()
        ada.pay(booking)

        assert ada.refund(booking, "1.00", currency="GBP")["code"] == "payments.refund_exceeds"

    def test_needs_money_that_was_taken(self, ada: Traveller):
        answer = ada.refund(ada.book(), "1.00")

        assert (answer.status, answer["code"]) == (409, "payments.wrong_state")


def test_the_books_agree_with_the_card_processor_after_everything(ada: Traveller, processor: Processor):
    before = processor.books()["EUR"]
    paid, cancelled, given_back, partly = (ada.book() for _ in range(4))
    for booking in (paid, given_back, partly):
        ada.pay(booking)
    ada.cancel(cancelled)
    ada.cancel(given_back)
    ada.refund(partly, "7.50")

    [ours] = Payments.books()
    theirs = {
        name: Decimal(value) - Decimal(before[name])
        for name, value in processor.books()["EUR"].items()
        if name != "count"
    }

    assert ours.imbalance.amount == 0
    assert theirs == {
        "authorised": ours.authorised.amount,
        "captured": ours.captured.amount,
        "refunded": ours.refunded.amount,
        "voided": ours.voided.amount,
    }
    assert theirs["refunded"] == Decimal("127.50")


def test_every_movement_of_the_ledger_adds_up_to_nothing(ada: Traveller):
    booking = ada.book()
    ada.pay(booking)
    ada.refund(booking, "20.00")

    sums = LedgerEntry.objects.values("movement").annotate(sum=Sum("amount"))

    assert [row["sum"] for row in sums] == [0, 0]
