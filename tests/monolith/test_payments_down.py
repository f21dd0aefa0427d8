"""What does the shop do while payments cannot be asked?"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from boundaries.testing.messaging import deliver_all
from monolith.bookings.models import Booking
from monolith.payments.models import Payment
from monolith.payments.public import PaymentClosed, Payments
from monolith.shared.money import Money
from tests.monolith.shop import Processor, Shop, Traveller


@pytest.fixture
def silent_address() -> Iterator[str]:
    """A server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class TestWithoutPayments:
    def test_booking_fails_fast_and_leaves_nothing(self, shop: Shop, ada: Traveller, processor: Processor):
        shop.payments_are_elsewhere()
        held, started = processor.count(), time.monotonic()

        answer = ada.book(seats=2, room=shop.room)

        assert (answer.status, answer["code"]) == (503, "payments.unavailable")
        assert answer.headers["Retry-After"] == "1"
        assert time.monotonic() - started < 2.0
        assert shop.seats_left == 10
        assert shop.rooms_left() == [5] * 10
        assert Booking.objects.get().state == "failed"
        assert processor.count() == held

    def test_searching_goes_on(self, shop: Shop):
        shop.payments_are_elsewhere()

        assert len(shop.search()["flights"]) == 1

    def test_trips_are_shown_without_their_payments(self, shop: Shop, ada: Traveller):
        booking = ada.book()
        shop.payments_are_elsewhere()

        trip = ada.trip(booking)

        assert (trip.status, trip["state"]) == (200, "reserved")
        assert (trip["payment"], trip["payment_unavailable"]) == (None, True)
        assert ada.get("/api/bookings")["bookings"][0]["payment_unavailable"] is True

    @pytest.mark.parametrize("ask", ["pay", "cancel"])
    def test_paying_and_cancelling_change_nothing_and_can_be_repeated(
        self, shop: Shop, ada: Traveller, ask: str
    ):
        booking = ada.book()
        shop.payments_are_elsewhere()

        refused = getattr(ada, ask)(booking)
        assert (refused.status, refused["code"]) == (503, "payments.unavailable")
        assert ada.trip(booking)["state"] == "reserved"

        shop.payments_are_back()
        assert getattr(ada, ask)(booking).status == 200

    def test_refunds_wait(self, shop: Shop, ada: Traveller):
        booking = ada.book()
        ada.pay(booking)
        shop.payments_are_elsewhere()

        assert ada.refund(booking, "5.00").status == 503


def test_given_an_unknown_outcome_when_payments_is_back_then_nothing_is_held_and_nothing_can_be(
    shop: Shop, ada: Traveller, silent_address: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Payments.authorise, "timeout", 0.3)
    shop.payments_are_elsewhere(silent_address)

    answer = ada.book(seats=2, room=shop.room)
    booking = Booking.objects.get()

    assert answer.status == 503
    assert (booking.state, shop.seats_left) == ("failed", 10)

    shop.payments_are_back()
    deliver_all()

    assert Payment.objects.get(booking_id=booking.id).state == "voided"
    with pytest.raises(PaymentClosed):
        Payments.authorise(
            booking_id=booking.id, traveller_id=ada.id, amount=Money.of("1", "EUR"), card="tok_4242"
        )


def test_given_a_capture_whose_answer_was_lost_when_the_news_arrive_then_the_trip_is_paid(
    shop: Shop, ada: Traveller, silent_address: str, monkeypatch: pytest.MonkeyPatch
):
    booking = ada.book()
    monkeypatch.setattr(Payments.capture, "timeout", 0.3)
    shop.payments_are_elsewhere(silent_address)
    assert ada.pay(booking).status == 503

    shop.payments_are_back()
    Payments.capture(payment_id=UUID(booking["payment"]["id"]))
    deliver_all()

    assert ada.trip(booking)["state"] == "paid"


def test_given_no_card_processor_then_booking_fails_fast_and_leaves_nothing(
    shop: Shop, ada: Traveller, settings
):
    settings.CARD_PROCESSOR_URL = "http://127.0.0.1:1"

    answer = ada.book(room=shop.room)

    assert (answer.status, answer["code"]) == (503, "payments.unavailable")
    assert (shop.seats_left, shop.rooms_left()) == (10, [5] * 10)
