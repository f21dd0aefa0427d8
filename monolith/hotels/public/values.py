"""Which values does hotels hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from monolith.shared.money import Money


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """One kind of room of one hotel, with the price of a night."""

    id: UUID
    hotel: str
    name: str
    city: str
    price_per_night: Money


@dataclass(frozen=True, slots=True)
class RoomHeld:
    """A room that is kept for a booking, and what the whole stay costs."""

    room: RoomDetails
    first_night: date
    nights: int
    price: Money
