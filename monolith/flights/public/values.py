"""Which values does flights hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from monolith.shared.money import Money


@dataclass(frozen=True, slots=True)
class FlightDetails:
    """One departure, with the price of one seat."""

    id: UUID
    number: str
    origin: str
    destination: str
    departs_at: datetime
    price: Money


@dataclass(frozen=True, slots=True)
class SeatsHeld:
    """Seats that are kept for a booking, and what they cost together."""

    flight: FlightDetails
    seats: int
    price: Money
