"""What may another context ask of bookings?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries import Facade, command, query
from monolith.bookings.public.errors import BookingUnknown, WrongBookingState
from monolith.bookings.public.values import Trip


class Bookings(Facade, context="bookings", version="1"):
    """Books trips: seats, room and money together, or nothing.

    `book`, `pay` and `cancel` answer with the trip as it was when the work was accepted; the work itself is
    done right after that, before the call returns where nothing is in the way. `trip` tells what came of
    it.
    """

    @command(idempotent=True, timeout=10.0)
    def book(
        self,
        *,
        traveller_id: UUID,
        flight_id: UUID,
        room_id: UUID | None,
        first_night: date,
        nights: int,
        travellers: list[str],
        card: str,
    ) -> UUID:
        """Start a checkout; the answer is the id of the booking."""

    @command(idempotent=True, timeout=10.0, raises=[BookingUnknown, WrongBookingState])
    def pay(self, *, traveller_id: UUID, booking_id: UUID) -> None:
        """Take the held money of a reserved booking; a paid one stays paid."""

    @command(idempotent=True, timeout=10.0, raises=[BookingUnknown, WrongBookingState])
    def cancel(self, *, traveller_id: UUID, booking_id: UUID) -> None:
        """Give the booking up: the money goes back, seats and room to sale. Twice is the same as once."""

    @command(idempotent=True)
    def expire(self, *, older_than_hours: int = 24, limit: int = 500) -> int:
        """Let go of reserved bookings that were not paid in time; how many."""

    @query(raises=[BookingUnknown])
    def trip(self, *, traveller_id: UUID, booking_id: UUID) -> Trip:
        """One booking of one traveller."""

    @query()
    def trips(self, *, traveller_id: UUID, limit: int = 20) -> list[Trip]:
        """A traveller's bookings, newest first."""
