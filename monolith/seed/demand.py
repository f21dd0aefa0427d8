"""What has been booked so far, and what became of it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monolith.seed.chance import Chance, reference
from monolith.seed.people import Person
from monolith.seed.supply import FlightSlot, RoomSlot, Supply
from monolith.seed.world import FIRST_NAMES

LONGEST_STAY = 7


@dataclass(frozen=True, slots=True)
class Fate:
    """What may become of a booking: the states it ends in, and the share of its amount given back."""

    booking: str
    payment: str
    given_back: float = 0.0


PAID = Fate("paid", "captured")
PARTLY_REFUNDED = Fate("paid", "captured", 0.25)
GIVEN_BACK = Fate("cancelled", "refunded", 1.0)
LET_GO = Fate("cancelled", "voided")
RESERVED = Fate("reserved", "authorised")

# What becomes of a hundred bookings of flights that have left, and of flights that have not.
_OF_PAST = [PAID] * 85 + [PARTLY_REFUNDED] * 4 + [GIVEN_BACK] * 6 + [LET_GO] * 5
_OF_FUTURE = [PAID] * 83 + [PARTLY_REFUNDED] * 3 + [GIVEN_BACK] * 5 + [LET_GO] * 4 + [RESERVED] * 5


@dataclass(frozen=True, slots=True)
class Sale:
    """One booking with its payment. Amounts are in cents."""

    id: str
    payment_id: str
    refund_id: str
    reference: str
    person: Person
    travellers: str
    seats: int
    flight: FlightSlot
    room: RoomSlot | None
    nights: int
    fate: Fate
    flight_cents: int
    room_cents: int
    card_ending: str
    booked_at: datetime
    paid_at: datetime
    closed_at: datetime

    @property
    def cents(self) -> int:
        """What the whole trip costs."""
        return self.flight_cents + self.room_cents

    @property
    def refunded_cents(self) -> int:
        """What was given back of it."""
        return round(self.cents * self.fate.given_back)

    @property
    def is_standing(self) -> bool:
        """Whether seats and room are still kept."""
        return self.fate.booking != "cancelled"


def invent(
    chance: Chance, *, supply: Supply, people: list[Person], count: int, first_day: date
) -> Iterator[Sale]:
    """`count` bookings made before `first_day`; the seats and rooms of those that stand leave the supply."""
    now = datetime.combine(first_day, time(), UTC)
    for number in range(count):
        flight, seats = _seats(chance, supply)
        room, nights = _stay(chance, supply, flight)
        sale = _sale(
            chance,
            number=number,
            person=chance.one_of(people),
            flight=flight,
            seats=seats,
            room=room,
            nights=nights,
            now=now,
        )
        if sale.is_standing:
            flight.left -= seats
            if room is not None:
                room.take(_first_night(supply, flight), nights)
        yield sale


def _seats(chance: Chance, supply: Supply) -> tuple[FlightSlot, int]:
    seats = 1 + int(chance.random() ** 2 * 4)
    while True:
        flight = chance.one_of(supply.flights)
        if flight.left >= seats:
            return flight, seats


def _stay(chance: Chance, supply: Supply, flight: FlightSlot) -> tuple[RoomSlot | None, int]:
    nights = 1 + int(chance.random() * LONGEST_STAY)
    room = chance.one_of(supply.rooms[flight.destination])
    is_wanted = chance.random() < 0.6
    return (room if is_wanted and room.is_free(_first_night(supply, flight), nights) else None), nights


def _first_night(supply: Supply, flight: FlightSlot) -> int:
    return (flight.departs_at.date() - supply.start).days


def _sale(
    chance: Chance,
    *,
    number: int,
    person: Person,
    flight: FlightSlot,
    seats: int,
    room: RoomSlot | None,
    nights: int,
    now: datetime,
) -> Sale:
    fate = chance.one_of(_OF_FUTURE if flight.departs_at > now else _OF_PAST)
    latest = min(flight.departs_at, now)
    hours = 1 + chance.random() * (18 if fate is RESERVED else 60 * 24)
    booked_at = latest - timedelta(seconds=int(hours * 3600))
    paid_at = booked_at + (latest - booked_at) * chance.random() * 0.3
    return Sale(
        id=chance.identity(),
        payment_id=chance.identity(),
        refund_id=chance.identity(),
        reference=reference(number),
        person=person,
        travellers=_names(chance, person, seats),
        seats=seats,
        flight=flight,
        room=room,
        nights=nights,
        fate=fate,
        flight_cents=flight.cents * seats,
        room_cents=room.cents * nights if room else 0,
        card_ending=f"{int(chance.random() * 10_000):04d}",
        booked_at=booked_at,
        paid_at=paid_at,
        closed_at=paid_at + (latest - paid_at) * chance.random() * 0.5,
    )


def _names(chance: Chance, person: Person, seats: int) -> str:
    family = [f"{chance.one_of(FIRST_NAMES)} {person.family}" for _ in range(seats - 1)]
    return json.dumps([person.name, *family])
