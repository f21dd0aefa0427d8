"""How does bookings say no?"""

from uuid import UUID

from boundaries import DomainError


class BookingUnknown(DomainError, code="bookings.unknown"):
    """Raised when the traveller has no such booking."""

    problem = "There is no booking {booking_id}."
    booking_id: UUID


class WrongBookingState(DomainError, code="bookings.wrong_state"):
    """Raised when a booking is not in a state that permits what is asked."""

    problem = "The booking is {state}."
    booking_id: UUID
    state: str


class MixedTrip(DomainError, code="bookings.mixed_trip"):
    """Raised when flight and room are not sold in one currency."""

    problem = "The flight is sold in {flight_currency}, the room in {room_currency}: book them apart."
    flight_currency: str
    room_currency: str
