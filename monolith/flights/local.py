"""How does flights do what its door promises?

Seats are taken by one conditional UPDATE, and the table's constraint stands behind it: of two travellers
who want the last seat, the second waits for the first one's transaction and then finds none.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from boundaries import publish
from monolith.flights.models import Flight, SeatReservation
from monolith.flights.public import (
    FlightDetails,
    FlightScheduled,
    FlightsSoldOut,
    FlightUnknown,
    SeatsChanged,
    SeatsGivenUp,
    SeatsHeld,
)
from monolith.shared.money import Money


class LocalFlights:
    """Answers for `Flights` from the tables of this database."""

    def reserve(self, *, booking_id: UUID, flight_id: UUID, seats: int) -> SeatsHeld:
        """Take the seats off sale, unless this booking has them already."""
        known = SeatReservation.objects.select_related("flight").filter(pk=booking_id).first()
        if known is not None:
            return _held_again(known)
        taken = Flight.objects.filter(pk=flight_id, seats_left__gte=seats).update(
            seats_left=F("seats_left") - seats, revision=F("revision") + 1
        )
        flight = _flight(flight_id)
        if not taken:
            raise FlightsSoldOut(flight_id=flight_id, seats=seats)
        reservation = SeatReservation.objects.create(
            booking_id=booking_id, flight=flight, seats=seats, price=flight.price * seats
        )
        publish(SeatsChanged(flight.id, flight.seats_left, flight.revision))
        return _held(reservation)

    def release(self, *, booking_id: UUID) -> bool:
        """Put the seats back on sale, once."""
        return release_seats(booking_id)

    def schedule(
        self, *, number: str, origin: str, destination: str, departs_at: datetime, price: Money, seats: int
    ) -> FlightDetails:
        """Add a departure, unless it is there already."""
        flight, is_new = Flight.objects.get_or_create(
            number=number,
            departs_at=departs_at,
            defaults={
                "origin": origin,
                "destination": destination,
                "price": price.amount,
                "currency": price.currency,
                "seats_total": seats,
                "seats_left": seats,
            },
        )
        if is_new:
            announce(flight)
        return details_of(flight)

    def get(self, *, flight_id: UUID) -> FlightDetails:
        """Read one departure."""
        return details_of(_flight(flight_id))


def release_seats(booking_id: UUID) -> bool:
    """Put a booking's seats back on sale; False when there were none, or they were released before.

    Needs a transaction.
    """
    reservation = SeatReservation.objects.select_for_update().filter(pk=booking_id, is_released=False).first()
    if reservation is None:
        return False
    SeatReservation.objects.filter(pk=booking_id).update(is_released=True)
    Flight.objects.filter(pk=reservation.flight_id).update(
        seats_left=F("seats_left") + reservation.seats, revision=F("revision") + 1
    )
    flight = _flight(reservation.flight_id)
    publish(SeatsChanged(flight.id, flight.seats_left, flight.revision))
    return True


def announce(flight: Flight) -> None:
    """Tell the others that a departure is on sale. Needs a transaction."""
    publish(
        FlightScheduled(
            flight_id=flight.id,
            number=flight.number,
            origin=flight.origin,
            destination=flight.destination,
            departs_at=flight.departs_at,
            price=Money(flight.price, flight.currency),
            seats_left=flight.seats_left,
            revision=flight.revision,
        )
    )


def details_of(flight: Flight) -> FlightDetails:
    """The departure as other contexts see it."""
    return FlightDetails(
        id=flight.id,
        number=flight.number,
        origin=flight.origin,
        destination=flight.destination,
        departs_at=flight.departs_at,
        price=Money.of(flight.price, flight.currency),
    )


def _flight(flight_id: UUID) -> Flight:
    flight = Flight.objects.filter(pk=flight_id).first()
    if flight is None:
        raise FlightUnknown(flight_id=flight_id)
    return flight


def _held(reservation: SeatReservation) -> SeatsHeld:
    return SeatsHeld(
        flight=details_of(reservation.flight),
        seats=reservation.seats,
        price=Money.of(reservation.price, reservation.flight.currency),
    )


def _held_again(reservation: SeatReservation) -> SeatsHeld:
    if reservation.is_released:
        raise SeatsGivenUp(booking_id=reservation.booking_id)
    return _held(reservation)
