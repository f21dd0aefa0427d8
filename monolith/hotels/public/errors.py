"""How does hotels say no?"""

from datetime import date
from uuid import UUID

from boundaries import DomainError


class RoomUnknown(DomainError, code="hotels.unknown"):
    """Raised when there is no such room."""

    problem = "There is no room {room_id}."
    room_id: UUID


class HotelsSoldOut(DomainError, code="hotels.sold_out"):
    """Raised when a room is taken, or not on sale, in at least one of the nights."""

    problem = "The room is not free for {nights} nights from {first_night}."
    room_id: UUID
    first_night: date
    nights: int


class RoomGivenUp(DomainError, code="hotels.given_up"):
    """Raised when a room is asked for a booking whose room was already released."""

    problem = "The room of booking {booking_id} was released."
    booking_id: UUID
