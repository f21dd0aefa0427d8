"""Which values does the catalogue hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from monolith.shared.money import Money


@dataclass(frozen=True, slots=True)
class FlightOffer:
    """A departure as it is shown to travellers; the stock is a moment old."""

    id: UUID
    number: str
    origin: str
    destination: str
    departs_at: datetime
    price: Money
    seats_left: int


@dataclass(frozen=True, slots=True)
class RoomOffer:
    """A room for a whole stay; `rooms_left` is that of its fullest night."""

    id: UUID
    hotel: str
    name: str
    city: str
    price_per_night: Money
    rooms_left: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What can be booked: flights by departure, rooms by price."""

    flights: list[FlightOffer]
    rooms: list[RoomOffer]
