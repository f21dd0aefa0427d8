"""What does flights tell the others?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from boundaries import event
from monolith.shared.money import Money


@event("flights.flight_scheduled", version=1, key="flight_id")
@dataclass(frozen=True, slots=True)
class FlightScheduled:
    """A departure can be sold from now on."""

    flight_id: UUID
    number: str
    origin: str
    destination: str
    departs_at: datetime
    price: Money
    seats_left: int
    revision: int


@event("flights.seats_changed", version=1, key="flight_id")
@dataclass(frozen=True, slots=True)
class SeatsChanged:
    """The stock of a flight is another; a higher `revision` is the newer truth."""

    flight_id: UUID
    seats_left: int
    revision: int
