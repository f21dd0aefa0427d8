"""What does one traveller ask, and what do they write into the journal about it?"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from monolith.traffic import answers
from monolith.traffic.answers import Judge, Verdict
from monolith.traffic.wire import Client, Reply

CITIES = ("AMS", "ATH", "BCN", "BER", "CPH", "DUB", "EDI", "FCO", "LIS", "OSL", "PRG", "VIE")
GOOD_CARD, SLOW_CARD, DECLINED_CARD = "4000000000004242", "4000000000000119", "4000000000000002"
SLOW_SHARE = 0.05
THINK_SECONDS = (0.2, 1.0)
STALE_SECONDS = 5.0

Record = Callable[[dict[str, Any]], None]


class JourneyOverError(Exception):
    """The last answer leaves nothing to go on with."""


@dataclass(slots=True)
class Trip:
    """A booking as its traveller knows it."""

    booking: str
    amount: Decimal
    currency: str
    payment_state: str
    told_at: float


class Traveller:
    """A signed-in person on one journey; `pause` is how they wait between two clicks."""

    def __init__(
        self,
        *,
        client: Client,
        record: Record,
        chance: random.Random,
        token: str | None,
        journey: str,
        due: float | None = None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._client, self._record, self._chance = client, record, chance
        self._token, self._journey, self._due, self._pause = token, journey, due, pause

    async def sign_in(self, username: str, password: str) -> str:
        """A token for this person."""
        body = {"username": username, "password": password}
        told = await self._ask("sign-in", "POST", "/api/sign-in", answers.signed_in, body=body)
        return str(told["token"])

    async def search(self) -> dict[str, Any]:
        """Flights and rooms between two cities, on a day in the coming weeks."""
        origin, destination = self._chance.sample(CITIES, 2)
        day = datetime.now(UTC).date() + timedelta(days=self._chance.randint(7, 60))
        self._nights, self._date = self._chance.randint(1, 7), day.isoformat()
        query = {"origin": origin, "destination": destination, "date": self._date, "nights": self._nights}
        return await self._ask("search", "GET", f"/api/search?{urlencode(query)}", answers.searched)

    async def book(self, offer: dict[str, Any], *, card: str | None = None) -> Trip:
        """Reserve one of the flights that a search found, mostly with a room."""
        card = card or (SLOW_CARD if self._chance.random() < SLOW_SHARE else GOOD_CARD)
        flights = [flight for flight in offer["flights"] if flight["seats_left"] > 0]
        if not flights:
            raise JourneyOverError
        flight = self._chance.choice(flights)
        rooms = [room for room in offer["rooms"] if room["rooms_left"] > 0 and _same_currency(room, flight)]
        body = {
            "flight_id": flight["id"],
            "room_id": self._chance.choice(rooms)["id"] if rooms and self._chance.random() < 0.7 else None,
            "nights": self._nights,
            "date": self._date,
            "travellers": [{"name": "Kim Vermeer"}, {"name": "Noa Vermeer"}][: self._chance.randint(1, 2)],
            "card": card,
        }
        told = await self._ask(
            "book", "POST", "/api/bookings", answers.booked(card=card), body=body, write=True
        )
        return Trip(
            told["booking"],
            Decimal(told["amount"]),
            told["currency"],
            told["payment_state"],
            time.monotonic(),
        )

    async def pay(self, trip: Trip) -> None:
        """Have the authorised amount captured."""
        await self._act(trip, "pay", answers.paid)

    async def cancel(self, trip: Trip) -> None:
        """Give the trip up, and get the money back."""
        back = "refunded" if trip.payment_state == "captured" else "voided"
        await self._act(trip, "cancel", answers.cancelled(payment_state=back))

    async def refund(self, trip: Trip, *, share: str) -> None:
        """Ask for a share of the price back; more than 1 is refused."""
        amount = str((trip.amount * Decimal(share)).quantize(Decimal("0.01")))
        judge = answers.refunded(amount=amount, too_much=Decimal(share) > 1)
        body = {"amount": {"amount": amount, "currency": trip.currency}}
        await self._act(trip, "refund", judge, body=body)

    async def view(self, trip: Trip) -> None:
        """Look at the trip, expecting the payment as it was told, give or take a few seconds."""
        until = trip.told_at + STALE_SECONDS
        judge = answers.Viewed(trip.payment_state, lambda: time.monotonic() < until)
        await self._ask("view", "GET", f"/api/bookings/{trip.booking}", judge)

    async def view_latest(self) -> None:
        """List the trips and look at one of them."""
        told = await self._ask("list", "GET", "/api/bookings", answers.listed)
        if told["bookings"]:
            await self.think()
            booking = self._chance.choice(told["bookings"])
            await self._ask("view", "GET", f"/api/bookings/{booking['id']}", answers.Viewed())

    async def think(self) -> None:
        """Take a moment, as people do between two clicks."""
        await self._pause(self._chance.uniform(*THINK_SECONDS))

    async def _act(self, trip: Trip, name: str, judge: Judge, *, body: object | None = None) -> None:
        path = f"/api/bookings/{trip.booking}/{name}"
        told = await self._ask(name, "POST", path, judge, body=body or {}, write=True, booking=trip.booking)
        trip.payment_state, trip.told_at = told.get("payment_state", trip.payment_state), time.monotonic()

    async def _ask(
        self,
        name: str,
        method: str,
        path: str,
        judge: Judge,
        *,
        body: object | None = None,
        write: bool = False,
        booking: str | None = None,
    ) -> dict[str, Any]:
        """What a good answer told; a request that was refused or failed ends the journey."""
        due, self._due = self._due or time.monotonic(), None
        key = str(uuid.uuid4()) if write else None
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if key:
            headers["Idempotency-Key"] = key
        reply = await self._client.send(method, path, body=body, headers=headers, due=due)
        verdict = answers.UNDOCUMENTED if reply.status is None else judge(reply.status, reply.body)
        told = verdict.told
        if told is not None and booking is not None:
            told = {"booking": booking, **told}
        entry = journal_line(self._journey, name, due=due, reply=reply, verdict=verdict, write=write)
        self._record({**entry, "key": key, "booking": booking, "told": told if write else None})
        if told is None:
            raise JourneyOverError
        return told


def _same_currency(room: dict[str, Any], flight: dict[str, Any]) -> bool:
    return bool(room["price_per_night"]["currency"] == flight["price"]["currency"])


def journal_line(
    journey: str, name: str, *, due: float, reply: Reply, verdict: Verdict, write: bool
) -> dict[str, Any]:
    """One request as the journal tells it."""
    wall = time.time() - (time.monotonic() - reply.ended)
    failure = reply.failure or _failure(reply.status or 0, verdict)
    return {
        "line": "request",
        "journey": journey,
        "name": name,
        "write": write,
        "due": round(wall - (reply.ended - due), 6),
        "sent": None if reply.sent is None else round(wall - (reply.ended - reply.sent), 6),
        "ended": round(wall, 6),
        "mono": round(due, 6),
        "latency_ms": round((reply.ended - due) * 1000, 3),
        "wire_ms": None if reply.sent is None else round((reply.ended - reply.sent) * 1000, 3),
        "status": reply.status,
        "code": reply.body.get("code") if isinstance(reply.body, dict) else None,
        "documented": verdict.is_documented,
        "failed": failure is not None,
        "failure": failure,
        "stale": verdict.is_stale,
        "acknowledged": write and failure is None and verdict.told is not None,
        "unknown": write and failure is not None and reply.sent is not None,
    }


def _failure(status: int, verdict: Verdict) -> str | None:
    if status >= 500:
        return "5xx"
    return None if verdict.is_documented else "undocumented"
