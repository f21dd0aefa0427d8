"""What does bookings tell the others?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from boundaries import event
from monolith.shared.money import Money


@event("bookings.booking_confirmed", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class BookingConfirmed:
    """Seats and rooms are kept and the money is held."""

    booking_id: UUID
    traveller_id: UUID
    reference: str
    summary: str
    total: Money


@event("bookings.booking_cancelled", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """The traveller gave the booking up; the money is on its way back."""

    booking_id: UUID
    traveller_id: UUID
    reference: str


@event("bookings.booking_expired", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class BookingExpired:
    """The booking was not paid in time: whoever keeps something for it lets go."""

    booking_id: UUID
    traveller_id: UUID
    reference: str


@event("bookings.booking_failed", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class BookingFailed:
    """The checkout was given up without an answer from payments: whatever it may hold, it lets go of."""

    booking_id: UUID
    traveller_id: UUID
