"""Who asks the shop, and what did they get?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import urllib3

GOOD_CARD, SLOW_CARD, DECLINED_CARD = "4000000000004242", "4000000000000119", "4000000000000002"
NIGHTS = 2
ANSWER_SECONDS = 20.0
CITIES = ("AMS", "LIS", "BCN", "BER", "CPH", "DUB", "OSL", "VIE")


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of the shop, and how long it took."""

    status: int
    body: dict[str, Any]
    headers: Any
    seconds: float

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(frozen=True, slots=True)
class Offer:
    """A flight and a room that were free when somebody looked."""

    flight: dict[str, Any]
    room: dict[str, Any]
    day: str


class Traveller:
    """A signed-in person. Nothing is ever asked twice."""

    def __init__(self, url: str, username: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(retries=False, timeout=ANSWER_SECONDS)
        self._token = ""
        self._token = self.ask("POST", "/api/sign-in", {"username": username, "password": "travel"})["token"]

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Told:
        """One request."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or uuid4().hex}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        started = time.monotonic()
        answer = self._pool.request(
            method, self._url + path, headers=headers, body=None if body is None else json.dumps(body)
        )
        told = json.loads(answer.data) if answer.data[:1] in (b"{", b"[") else {}
        return Told(answer.status, told, answer.headers, time.monotonic() - started)

    def search(self, origin: str, destination: str, day: str) -> Told:
        """Flights, and rooms where they go."""
        query = {"origin": origin, "destination": destination, "date": day, "nights": NIGHTS}
        return self.ask("GET", f"/api/search?{urlencode(query)}")

    def find(self) -> Offer:
        """The first trip for sale."""
        for ahead in range(7, 60):
            day = (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()
            for origin, destination in pairwise(CITIES):
                found = self.search(origin, destination, day)
                flights = [flight for flight in found["flights"] if flight["seats_left"] > 20]
                rooms = [room for room in found["rooms"] if room["rooms_left"] > 5]
                if flights and rooms:
                    return Offer(flights[0], rooms[0], day)
        raise AssertionError("nothing is for sale")

    def book(self, offer: Offer, *, card: str = GOOD_CARD, room: bool = True, key: str | None = None) -> Told:
        """Book a trip for one."""
        body = {
            "flight_id": offer.flight["id"],
            "room_id": offer.room["id"] if room else None,
            "nights": NIGHTS,
            "date": offer.day,
            "travellers": [{"name": "Ada"}],
            "card": card,
        }
        return self.ask("POST", "/api/bookings", body, key=key)

    def pay(self, booking: str) -> Told:
        """Pay for a trip."""
        return self.ask("POST", f"/api/bookings/{booking}/pay", {})

    def trip(self, booking: str) -> Told:
        """Look at a trip."""
        return self.ask("GET", f"/api/bookings/{booking}")

    def trips(self) -> Told:
        """Look at all trips."""
        return self.ask("GET", "/api/bookings")
