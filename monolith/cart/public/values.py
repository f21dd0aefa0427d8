"""Which values does the cart hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cart:
    """The trip that a traveller is putting together; prices are the catalogue's matter."""

    traveller_id: UUID
    flight_id: UUID
    room_id: UUID | None
    day: date
    nights: int
    revision: int
