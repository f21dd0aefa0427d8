"""Which values does bookings hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from monolith.shared.money import Money


class BookingState(Enum):
    """Where a booking stands. From `RESERVED` on, seats and rooms are kept and the money is held."""

    PENDING = "pending"
    RESERVED = "reserved"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stay:
    """A hotel stay, as it was agreed when it was booked."""

    room_id: UUID
    hotel: str
    room: str
    first_night: date
    nights: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something that was asked for a booking did not happen: the code and text of the first error."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A booking with everything that was agreed. The details are empty while it is pending."""

    id: UUID
    reference: str
    traveller_id: UUID
    state: BookingState
    flight_id: UUID
    flight_number: str
    origin: str
    destination: str
    departs_at: datetime | None
    stay: Stay | None
    travellers: list[str]
    total: Money
    payment_id: UUID | None
    booked_at: datetime
    refusal: Refusal | None
