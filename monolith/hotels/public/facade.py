"""What may another context ask of hotels?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries import Facade, command, query
from monolith.hotels.public.errors import HotelsSoldOut, RoomGivenUp, RoomUnknown
from monolith.hotels.public.values import RoomDetails, RoomHeld
from monolith.shared.money import Money


class Hotels(Facade, context="hotels", version="1"):
    """Keeps the rooms, night by night: never more are held than there are."""

    @command(idempotent=True, raises=[RoomUnknown, HotelsSoldOut, RoomGivenUp])
    def reserve(self, *, booking_id: UUID, room_id: UUID, first_night: date, nights: int) -> RoomHeld:
        """Keep a room for a booking in all of its nights, or in none; asked again, the same is the answer."""

    @command(idempotent=True)
    def release(self, *, booking_id: UUID) -> bool:
        """Give a booking's room back to sale; True when there was one. Doing it twice changes nothing."""

    @command(idempotent=True)
    def open_room(
        self,
        *,
        hotel: str,
        name: str,
        city: str,
        price_per_night: Money,
        first_night: date,
        nights: int,
        rooms: int,
    ) -> RoomDetails:
        """Put a kind of room on sale for a number of nights."""

    @query(raises=[RoomUnknown])
    def get(self, *, room_id: UUID) -> RoomDetails:
        """One kind of room."""
