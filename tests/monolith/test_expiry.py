"""What becomes of a trip that nobody pays?"""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from boundaries.testing.messaging import deliver_all
from monolith.bookings.models import Booking
from monolith.bookings.public import Bookings
from tests.monolith.shop import Processor, Shop, Traveller


def let_a_day_pass() -> None:
    Booking.objects.update(booked_at=timezone.now() - timedelta(hours=25))


def test_an_unpaid_trip_gives_everything_back(shop: Shop, ada: Traveller, processor: Processor, capsys):
    booking = ada.book(seats=2, room=shop.room)
    let_a_day_pass()

    call_command("expire_bookings")
    deliver_all()

    assert "1 bookings expired" in capsys.readouterr().out
    trip = ada.trip(booking)
    assert (trip["state"], trip["payment"]["state"]) == ("expired", "voided")
    assert (shop.seats_left, shop.rooms_left()) == (10, [5] * 10)
    assert processor.authorisation_of(booking)["state"] == "voided"


def test_paid_trips_and_young_ones_stay(shop: Shop, ada: Traveller):
    ada.pay(ada.book())
    let_a_day_pass()
    ada.book()

    assert Bookings.expire() == 0


def test_a_trip_that_was_paid_in_the_last_moment_is_refunded(ada: Traveller, processor: Processor):
    booking = ada.book()
    let_a_day_pass()
    Bookings.expire()
    trip = ada.trip(booking)
    from monolith.payments.public import Payments

    Payments.capture(payment_id=trip["payment"]["id"])
    deliver_all()

    assert ada.trip(booking)["state"] == "expired"
    assert processor.authorisation_of(booking)["refunded"] == "120.00"
