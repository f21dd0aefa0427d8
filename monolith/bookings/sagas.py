"""How is a trip booked, paid and given up, across contexts that share no transaction?

Whoever asked is waiting for the answer. So when a context cannot be asked before the pivot, what was done
so far is undone at once, instead of being tried again behind the traveller's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from boundaries import Saga, publish, step
from monolith.bookings.models import Booking, BookingRecordState
from monolith.bookings.public import BookingCancelled, BookingConfirmed, BookingFailed, MixedTrip
from monolith.flights.public import Flights, SeatsHeld
from monolith.hotels.public import Hotels, RoomHeld
from monolith.payments.public import Payments
from monolith.shared.money import Money
from monolith.shared.places import PLACES


@dataclass(frozen=True, slots=True)
class CheckoutData:
    """What is to be booked, and what was agreed on the way."""

    booking_id: UUID
    traveller_id: UUID
    flight_id: UUID
    room_id: UUID | None
    first_night: date
    nights: int
    seats: int
    card: str
    seats_held: SeatsHeld | None = None
    room_held: RoomHeld | None = None
    payment_id: UUID | None = None

    @property
    def total(self) -> Money:
        """What the traveller pays for everything that is kept.

        :raises MixedTrip: when flight and room are not sold in one currency.
        """
        assert self.seats_held is not None
        flight = self.seats_held.price
        if self.room_held is None:
            return flight
        room = self.room_held.price
        if room.currency != flight.currency:
            raise MixedTrip(flight_currency=flight.currency, room_currency=room.currency)
        return flight + room


def _open(data: CheckoutData, key: str) -> None:
    """The booking is there already: this step stands for it, so that giving up ends with marking it."""


def _mark_failed(data: CheckoutData, key: str) -> None:
    Booking.objects.filter(pk=data.booking_id, state=BookingRecordState.PENDING).update(
        state=BookingRecordState.FAILED
    )


def _reserve_flight(data: CheckoutData, key: str) -> dict[str, Any]:
    held = Flights.reserve.keyed(key)(booking_id=data.booking_id, flight_id=data.flight_id, seats=data.seats)
    return {"seats_held": held}


def _release_flight(data: CheckoutData, key: str) -> None:
    Flights.release.keyed(key)(booking_id=data.booking_id)


def _reserve_room(data: CheckoutData, key: str) -> dict[str, Any] | None:
    if data.room_id is None:
        return None
    held = Hotels.reserve.keyed(key)(
        booking_id=data.booking_id, room_id=data.room_id, first_night=data.first_night, nights=data.nights
    )
    return {"room_held": held}


def _release_room(data: CheckoutData, key: str) -> None:
    if data.room_id is not None:
        Hotels.release.keyed(key)(booking_id=data.booking_id)


def _authorise(data: CheckoutData, key: str) -> dict[str, Any]:
    payment = Payments.authorise.keyed(key)(
        booking_id=data.booking_id, traveller_id=data.traveller_id, amount=data.total, card=data.card
    )
    return {"payment_id": payment.id, "card": ""}


def _tell_payments(data: CheckoutData, key: str) -> None:
    # Only called when nobody knows whether the money is held: payments may be down, so it is told, not asked.
    with transaction.atomic():
        publish(BookingFailed(data.booking_id, data.traveller_id))


def _confirm(data: CheckoutData, key: str) -> None:
    assert data.seats_held is not None
    flight, room, total = data.seats_held.flight, data.room_held, data.total
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=data.booking_id)
        if booking.state != BookingRecordState.PENDING:
            return
        booking.state = BookingRecordState.RESERVED
        booking.flight_number, booking.departs_at = flight.number, flight.departs_at
        booking.origin, booking.destination = flight.origin, flight.destination
        if room is not None:
            booking.hotel_name, booking.room_name = room.room.hotel, room.room.name
        booking.total, booking.currency = total.amount, total.currency
        booking.payment_id = data.payment_id
        booking.save()
        publish(
            BookingConfirmed(booking.id, booking.traveller_id, booking.reference, _summary(booking), total)
        )


class Checkout(
    Saga, name="bookings.checkout", context="bookings", on_unavailable="compensate", independent_undo=True
):
    """Seats, room and money together, or nothing of it."""

    data: CheckoutData

    open_booking = step(_open, undo=_mark_failed)
    reserve_flight = step(_reserve_flight, undo=_release_flight)
    reserve_room = step(_reserve_room, undo=_release_room)
    authorise_payment = step(_authorise, undo=_tell_payments, pivot=True)
    confirm = step(_confirm)


@dataclass(frozen=True, slots=True)
class SettlementData:
    """Which booking's payment is to be moved."""

    booking_id: UUID
    payment_id: UUID


def _capture(data: SettlementData, key: str) -> None:
    Payments.capture.keyed(key)(payment_id=data.payment_id)


def _wait_for_news(data: SettlementData, key: str) -> None:
    """Nobody knows whether the money moved; it need not be moved back, since payments tells when it has."""


def _mark_paid(data: SettlementData, key: str) -> None:
    mark_paid(data.booking_id)


class Settlement(Saga, name="bookings.settlement", context="bookings", on_unavailable="compensate"):
    """Take the money that is held for a booking."""

    data: SettlementData

    capture = step(_capture, undo=_wait_for_news, pivot=True)
    mark_paid = step(_mark_paid)


def _give_back(data: SettlementData, key: str) -> None:
    Payments.give_back.keyed(key)(payment_id=data.payment_id)


def _close(data: SettlementData, key: str) -> None:
    with transaction.atomic():
        close(data.booking_id)


class Cancellation(Saga, name="bookings.cancellation", context="bookings", on_unavailable="compensate"):
    """Give the money back, then everything else: seats and room follow the news."""

    data: SettlementData

    give_back = step(_give_back, undo=_wait_for_news, pivot=True)
    close = step(_close)


def mark_paid(booking_id: UUID) -> None:
    """A reserved booking is paid now; any other stays what it is."""
    Booking.objects.filter(pk=booking_id, state=BookingRecordState.RESERVED).update(
        state=BookingRecordState.PAID
    )


def close(booking_id: UUID) -> None:
    """A living booking is cancelled now, and the others hear of it; any other stays what it is.

    Needs a transaction.
    """
    living = [BookingRecordState.RESERVED, BookingRecordState.PAID]
    booking = Booking.objects.select_for_update().filter(pk=booking_id, state__in=living).first()
    if booking is not None:
        Booking.objects.filter(pk=booking_id).update(state=BookingRecordState.CANCELLED)
        publish(BookingCancelled(booking.id, booking.traveller_id, booking.reference))


def _summary(booking: Booking) -> str:
    origin, destination = (PLACES.get(code, code) for code in (booking.origin, booking.destination))
    day = f"{booking.departs_at.day} {booking.departs_at:%B %Y}"
    flight = f"{booking.flight_number} from {origin} to {destination} on {day}"
    nights = "one night" if booking.nights == 1 else f"{booking.nights} nights"
    return f"{flight}, {nights} at {booking.hotel_name}" if booking.room_id else flight
