"""How is a trip put together from the answers of bookings and payments?

A trip is worth showing without its payment: when payments cannot be asked, the trip says so instead of
failing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from boundaries.facades.failure import RemoteFailure
from monolith.bookings.public import Bookings, Trip
from monolith.payments.public import Payment, Payments


@dataclass(frozen=True, slots=True)
class TripView:
    """A trip with its payment; `is_payment_known` tells "there is none" from "nobody could say"."""

    trip: Trip
    payment: Payment | None
    is_payment_known: bool


def trip_view(*, traveller_id: UUID, booking_id: UUID) -> TripView:
    """One trip of a traveller.

    :raises BookingUnknown: when it is not theirs.
    """
    return with_payments([Bookings.trip(traveller_id=traveller_id, booking_id=booking_id)])[0]


def trip_views(*, traveller_id: UUID, limit: int = 20) -> list[TripView]:
    """A traveller's newest trips."""
    return with_payments(Bookings.trips(traveller_id=traveller_id, limit=limit))


def with_payments(trips: Sequence[Trip]) -> list[TripView]:
    """Add the payments to the trips, with one call for all of them."""
    payments: dict[UUID, Payment] = {}
    is_known = True
    booking_ids = [trip.id for trip in trips if trip.payment_id]
    if booking_ids:
        try:
            payments = Payments.for_bookings(booking_ids=booking_ids)
        except RemoteFailure:
            is_known = False
    return [TripView(trip, payments.get(trip.id), is_known or trip.payment_id is None) for trip in trips]
