"""What does hotels tell the others?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from boundaries import event
from monolith.shared.money import Money


@dataclass(frozen=True, slots=True)
class NightStock:
    """The rooms left in one night; a higher `revision` is the newer truth."""

    night: date
    rooms_left: int
    revision: int


@event("hotels.room_opened", version=1, key="room_id")
@dataclass(frozen=True, slots=True)
class RoomOpened:
    """A kind of room can be sold from now on, in these nights."""

    room_id: UUID
    hotel: str
    name: str
    city: str
    price_per_night: Money
    nights: list[NightStock]


@event("hotels.rooms_changed", version=1, key="room_id")
@dataclass(frozen=True, slots=True)
class RoomsChanged:
    """The stock of these nights is another."""

    room_id: UUID
    nights: list[NightStock]
