"""How do the tests use the shop? From outside, through its API, and by asking the contexts at their doors."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import urllib3
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from boundaries.facades.models import Ownership, Route
from boundaries.testing.messaging import deliver_all
from monolith.accounts.public import Accounts
from monolith.flights.models import Flight
from monolith.flights.public import FlightDetails, Flights
from monolith.hotels.models import RoomNight
from monolith.hotels.public import Hotels, RoomDetails
from monolith.shared.money import Money

DAY = date(2030, 5, 17)
GOOD_CARD = "tok_4242"
DECLINED_CARD = "tok_0002"


@dataclass
class Shop:
    """The shop with what is on sale in it."""

    flight: FlightDetails
    room: RoomDetails
    suite: RoomDetails

    @classmethod
    def opened(cls) -> Shop:
        """Put a little on sale and let the catalogue hear of it."""
        flight = Flights.schedule(
            number="FG1",
            origin="AMS",
            destination="LIS",
            departs_at=datetime(2030, 5, 17, 9, 30, tzinfo=UTC),
            price=Money.of("120.00", "EUR"),
            seats=10,
        )
        shop = cls(flight, cls._room("Double room", "80.00", 5), cls._room("Suite", "200.00", 1))
        deliver_all()
        return shop

    @staticmethod
    def _room(name: str, price: str, rooms: int) -> RoomDetails:
        return Hotels.open_room(
            hotel="Casa do Fado",
            name=name,
            city="LIS",
            price_per_night=Money.of(price, "EUR"),
            first_night=DAY,
            nights=10,
            rooms=rooms,
        )

    def traveller(self, username: str) -> Traveller:
        """Somebody new, signed in."""
        Accounts.register(username=username, password="travel", name=username.title())
        return Traveller(self, username)

    @property
    def seats_left(self) -> int:
        """The seats that flights has left."""
        return Flight.objects.get(pk=self.flight.id).seats_left

    def rooms_left(self, room: RoomDetails | None = None) -> list[int]:
        """The rooms that hotels has left, night by night."""
        nights = RoomNight.objects.filter(room_id=(room or self.room).id).order_by("night")
        return list(nights.values_list("rooms_left", flat=True))

    def search(self, *, day: date = DAY, nights: int = 3) -> dict[str, Any]:
        """What the API finds."""
        asked = {"origin": "AMS", "destination": "LIS", "date": day.isoformat(), "nights": nights}
        response = Client().get("/api/search", asked)
        assert response.status_code == 200, response.content
        return response.json()

    @staticmethod
    def payments_are_elsewhere(address: str = "http://127.0.0.1:1") -> None:
        """Let payments belong to a service at `address`, where by default nobody answers."""
        Ownership.objects.update_or_create(
            context="payments", defaults={"open": False, "epoch": 2, "address": address}
        )
        Route.objects.update_or_create(context="payments", operation="", defaults={"mode": "remote"})

    @staticmethod
    def payments_are_back() -> None:
        """Let payments belong to the monolith again."""
        Ownership.objects.filter(context="payments").update(open=True, epoch=3, address="")
        Route.objects.filter(context="payments").delete()


@dataclass
class Answer:
    """What the API said."""

    status: int
    body: dict[str, Any]
    headers: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Traveller:
    """Somebody who uses the API."""

    def __init__(self, shop: Shop, username: str) -> None:
        self.shop = shop
        self.client = Client()
        signed_in = self.post("/api/sign-in", {"username": username, "password": "travel"})
        self.token = signed_in["token"]
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})
        self.id = Accounts.identify(token=self.token).id

    def post(self, path: str, body: object, key: str = "") -> Answer:
        """POST JSON."""
        headers = {"Idempotency-Key": key} if key else {}
        response = self.client.post(path, json.dumps(body), content_type="application/json", headers=headers)
        return Answer(response.status_code, response.json(), response.headers)

    def get(self, path: str) -> Answer:
        """GET JSON."""
        response = self.client.get(path)
        return Answer(response.status_code, response.json(), response.headers)

    def book(
        self,
        *,
        card: str = GOOD_CARD,
        room: RoomDetails | None = None,
        seats: int = 1,
        nights: int = 3,
        flight_id: UUID | None = None,
        key: str = "",
    ) -> Answer:
        """Book the flight, with a room if one is given."""
        wanted = {
            "flight_id": str(flight_id or self.shop.flight.id),
            "room_id": str(room.id) if room else None,
            "date": DAY.isoformat(),
            "nights": nights,
            "travellers": [{"name": f"Traveller {number}"} for number in range(seats)],
            "card": card,
        }
        return self.post("/api/bookings", wanted, key or str(uuid.uuid4()))

    def trip(self, booking: Answer) -> Answer:
        """Look at a trip."""
        return self.get(f"/api/bookings/{booking['id']}")

    def pay(self, booking: Answer) -> Answer:
        """Pay for a trip."""
        return self.post(f"/api/bookings/{booking['id']}/pay", {})

    def cancel(self, booking: Answer) -> Answer:
        """Give a trip up."""
        return self.post(f"/api/bookings/{booking['id']}/cancel", {})

    def refund(self, booking: Answer, amount: str, key: str = "", currency: str = "EUR") -> Answer:
        """Ask for a part of the money."""
        wanted = {"amount": {"amount": amount, "currency": currency}}
        return self.post(f"/api/bookings/{booking['id']}/refund", wanted, key)


@dataclass
class Processor:
    """The card processor, seen by somebody who audits it."""

    url: str
    pool: urllib3.PoolManager

    def authorisation_of(self, booking: Answer) -> dict[str, Any]:
        """What it knows about the money of a booking."""
        return next(row for row in self._all() if row["key"] == f"authorise-{booking['id']}")

    def knows(self, booking_id: UUID) -> bool:
        """Whether it ever held money for a booking."""
        return any(row["key"] == f"authorise-{booking_id}" for row in self._all())

    def count(self) -> int:
        """How often it held money."""
        return len(self._all())

    def books(self) -> dict[str, dict[str, Any]]:
        """Its totals per currency."""
        return json.loads(self.pool.request("GET", f"{self.url}/books").data)

    def _all(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after = 0
        while after is not None:
            page = json.loads(
                self.pool.request("GET", f"{self.url}/authorisations?after={after}&limit=1000").data
            )
            rows += page["authorisations"]
            after = page["next"]
        return rows


@contextmanager
def exactly(count: int) -> Iterator[None]:
    """The block makes `count` queries, besides those that look for routes (here at every call, elsewhere never)."""
    with CaptureQueriesContext(connection) as queries:
        yield
    made = [query["sql"] for query in queries if "boundaries_facades_" not in query["sql"]]
    assert len(made) == count, "\n".join(made)


def in_days(days: int) -> date:
    """A day near the flight's."""
    return DAY + timedelta(days=days)
