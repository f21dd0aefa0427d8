"""What is there to be booked?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from monolith.catalogue.models import FlightEntry, NightEntry, RoomEntry
from monolith.flights.models import Flight
from monolith.hotels.models import Hotel, Room, RoomNight
from monolith.seed.chance import Chance
from monolith.seed.copying import Lines, send_all
from monolith.seed.world import HOTELS, ROOM_KINDS
from monolith.shared.places import PLACES, currency_of

DAYS_BEFORE = 60


@dataclass(slots=True)
class FlightSlot:
    """A departure, and how many of its seats are still to be had. Prices are in cents."""

    id: str
    number: str
    origin: str
    destination: str
    departs_at: datetime
    cents: int
    currency: str
    seats: int
    left: int


@dataclass(slots=True)
class RoomSlot:
    """A kind of room, and how many are still to be had in each night of the calendar."""

    id: str
    hotel_id: str
    hotel: str
    name: str
    city: str
    cents: int
    currency: str
    rooms: int
    left: list[int]

    def is_free(self, first: int, nights: int) -> bool:
        """Whether one is left in each of these nights."""
        return first + nights <= len(self.left) and min(self.left[first : first + nights]) > 0

    def take(self, first: int, nights: int) -> None:
        """Take one in each of these nights."""
        for night in range(first, first + nights):
            self.left[night] -= 1


@dataclass(slots=True)
class Supply:
    """Everything on sale from `start` on, for `days` days."""

    start: date
    days: int
    flights: list[FlightSlot] = field(default_factory=list)
    rooms: dict[str, list[RoomSlot]] = field(default_factory=dict)


def invent(chance: Chance, *, first_day: date, days_ahead: int) -> Supply:
    """Two flights a day on each route and ten kinds of rooms in each city, from DAYS_BEFORE on."""
    supply = Supply(start=first_day - timedelta(days=DAYS_BEFORE), days=DAYS_BEFORE + days_ahead)
    supply.flights = list(_flights(chance, supply))
    for city in PLACES:
        supply.rooms[city] = list(_rooms(chance, city, supply.days + 31))
    return supply


def write(supply: Supply) -> list[Lines]:
    """Write all of it, with the stock that the bookings have left, into its contexts and the catalogue."""
    return [*_write_flights(supply), *_write_rooms(supply)]


def _flights(chance: Chance, supply: Supply) -> Iterator[FlightSlot]:
    routes = [(origin, destination) for origin in PLACES for destination in PLACES if origin != destination]
    for number, (origin, destination) in enumerate(routes):
        base_cents = chance.randrange(4_900, 21_900, 100)
        for departure, hour in enumerate((chance.randrange(6, 12), chance.randrange(13, 22))):
            clock = time(hour, chance.randrange(0, 60, 5), tzinfo=UTC)
            for day in range(supply.days):
                seats = chance.randrange(280, 440, 4)
                yield FlightSlot(
                    id=chance.identity(),
                    number=f"FG{101 + 2 * number + departure}",
                    origin=origin,
                    destination=destination,
                    departs_at=datetime.combine(supply.start + timedelta(days=day), clock),
                    cents=base_cents + chance.randrange(0, 9_000, 100) + 99,
                    currency=currency_of(destination),
                    seats=seats,
                    left=seats,
                )


def _rooms(chance: Chance, city: str, nights: int) -> Iterator[RoomSlot]:
    for hotel in HOTELS[city]:
        hotel_id = chance.identity()
        base_cents = chance.randrange(6_500, 24_000, 100)
        for name, factor in ROOM_KINDS:
            rooms = chance.randrange(120, 320, 5)
            yield RoomSlot(
                id=chance.identity(),
                hotel_id=hotel_id,
                hotel=hotel,
                name=name,
                city=city,
                cents=round(base_cents * factor / 100) * 100,
                currency=currency_of(city),
                rooms=rooms,
                left=[rooms] * nights,
            )


def _write_flights(supply: Supply) -> list[Lines]:
    shown = (
        "id",
        "number",
        "origin",
        "destination",
        "departs_at",
        "price",
        "currency",
        "seats_left",
        "revision",
    )
    flights, entries = Lines(Flight, *shown, "seats_total"), Lines(FlightEntry, *shown)
    for slot in supply.flights:
        values = (
            slot.id, slot.number, slot.origin, slot.destination, slot.departs_at.isoformat(),
            amount(slot.cents), slot.currency, str(slot.left), "1",
        )  # fmt: skip
        flights.add(*values, str(slot.seats))
        entries.add(*values)
    send_all([flights, entries])
    return [flights, entries]


def _write_rooms(supply: Supply) -> list[Lines]:
    hotels, rooms = (
        Lines(Hotel, "id", "name", "city"),
        Lines(Room, "id", "hotel_id", "name", "price", "currency"),
    )
    nights = Lines(RoomNight, "room_id", "night", "rooms_total", "rooms_left", "revision")
    entries = Lines(RoomEntry, "id", "hotel", "name", "city", "price", "currency")
    night_entries = Lines(NightEntry, "room_id", "night", "rooms_left", "revision")
    for slot in (slot for slots in supply.rooms.values() for slot in slots):
        if slot.name == ROOM_KINDS[0][0]:
            hotels.add(slot.hotel_id, slot.hotel, slot.city)
        rooms.add(slot.id, slot.hotel_id, slot.name, amount(slot.cents), slot.currency)
        entries.add(slot.id, slot.hotel, slot.name, slot.city, amount(slot.cents), slot.currency)
        for number, left in enumerate(slot.left):
            night = (supply.start + timedelta(days=number)).isoformat()
            nights.add(slot.id, night, str(slot.rooms), str(left), "1")
            night_entries.add(slot.id, night, str(left), "1")
    tables = [hotels, rooms, nights, entries, night_entries]
    send_all(tables)
    return tables


def amount(cents: int) -> str:
    """An amount of cents as a decimal number."""
    return f"{cents // 100}.{cents % 100:02d}"
