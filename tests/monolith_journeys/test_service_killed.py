"""Payments is remote, and its service is killed: what still works, and what is left hanging?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.waiting import wait_for

from .conftest import bring_payments_to_service
from .traveller import Offer, Traveller
from .world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FAST_SECONDS = 3.0
GIVEN_UP = "SELECT id FROM bookings_booking WHERE state = 'failed' AND refusal_code LIKE 'BD%%'"


@pytest.fixture
def booking(world: World, ada: Traveller, offer: Offer) -> str:
    """A trip from before."""
    booked = ada.book(offer)
    assert booked.status == 201, booked
    return str(booked["id"])


@pytest.fixture(scope="class")
def trip_of_before(extracted: World, ada: Traveller, offer: Offer) -> Iterator[str]:
    """A trip that was booked before the service died; it is dead until the class ends."""
    bring_payments_to_service(extracted, ada, offer)
    booked = ada.book(offer)
    extracted.kill_service()
    yield str(booked["id"])
    bring_payments_to_service(extracted, ada, offer)


class TestWhileTheServiceIsDead:
    def test_searching_goes_on(self, trip_of_before: str, ada: Traveller, offer: Offer) -> None:
        flight = offer.flight

        found = ada.search(flight["origin"], flight["destination"], offer.day)

        assert found.seconds < FAST_SECONDS
        assert flight["id"] in [one["id"] for one in found["flights"]]

    def test_a_trip_is_shown_without_its_payment(self, trip_of_before: str, ada: Traveller) -> None:
        trip = ada.trip(trip_of_before)

        assert (trip.status, trip["state"]) == (200, "reserved")
        assert (trip["payment"], trip["payment_unavailable"]) == (None, True)
        assert trip.seconds < FAST_SECONDS

    def test_so_is_the_list_of_trips(self, trip_of_before: str, ada: Traveller) -> None:
        listed = ada.trips()

        assert listed.status == 200
        newest = listed["bookings"][0]
        assert (newest["id"], newest["payment"], newest["payment_unavailable"]) == (
            trip_of_before,
            None,
            True,
        )

    def test_booking_fails_fast_and_says_why(self, trip_of_before: str, ada: Traveller, offer: Offer) -> None:
        refused = ada.book(offer)

        assert (refused.status, refused["code"]) == (503, "payments.unavailable")
        assert "payments" in refused["detail"].lower()
        assert "try again" in refused["detail"]
        assert refused.headers["Retry-After"] == "1"
        assert refused.seconds < FAST_SECONDS


def test_given_a_dead_service_when_bookings_failed_then_no_seat_room_or_money_hangs(
    world: World, ada: Traveller, offer: Offer, booking: str, service_back: Callable[[], None]
) -> None:
    before = _stock(world, offer)
    held = len(world.authorisations())
    world.kill_service()

    refused = [ada.book(offer) for _ in range(3)]

    assert {answer.status for answer in refused} == {503}
    # Nothing waits for the service: what was reserved is given back while it is still dead.
    wait_for(lambda: _stock(world, offer) == before, what=lambda: (_stock(world, offer), before))
    assert len(world.authorisations()) == held
    assert _sagas_under_way(world) == []

    service_back()

    world.settle()
    failed = [str(booking) for (booking,) in world.monolith(GIVEN_UP)]
    assert len(failed) >= len(refused)
    payments = world.payments_of("service")
    assert {payment.state for booking in failed for payment in payments.get(booking, ())} <= {"voided"}
    authorised = world.authorisations()
    assert all(
        f"authorise-{booking}" not in authorised or authorised[f"authorise-{booking}"].is_voided
        for booking in failed
    )


def test_given_a_booking_from_before_when_the_service_is_back_then_it_can_be_paid(
    world: World, ada: Traveller, booking: str, service_back: Callable[[], None]
) -> None:
    world.kill_service()
    started = time.monotonic()
    refused = ada.pay(booking)
    assert (refused.status, time.monotonic() - started < FAST_SECONDS) == (503, True)

    service_back()

    assert ada.pay(booking).status == 200
    assert world.authorisations()[f"authorise-{booking}"].captured > 0
    world.settle()


def _stock(world: World, offer: Offer) -> tuple[object, ...]:
    """Seats left on the flight, and rooms left in the nights of the offer."""
    seats = world.monolith("SELECT seats_left FROM flights_flight WHERE id = %s", offer.flight["id"])
    rooms = world.monolith(
        "SELECT night, rooms_left FROM hotels_roomnight WHERE room_id = %s ORDER BY night LIMIT 400",
        offer.room["id"],
    )
    return seats[0][0], tuple(rooms)


def _sagas_under_way(world: World) -> list[tuple[object, ...]]:
    return world.monolith(
        "SELECT id, state FROM boundaries_messaging_saga_instance WHERE state NOT IN ('COMPLETED', 'COMPENSATED')"
    )
