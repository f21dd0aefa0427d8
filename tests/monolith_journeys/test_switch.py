"""Travellers book while the writes of payments change sides: does anybody notice?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.waiting import wait_for

from .traveller import GOOD_CARD, SLOW_CARD, Offer, Told, Traveller
from .world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CLIENTS = 4
BOOKINGS_FIRST = 8


@dataclass
class Crowd:
    """Some travellers who book and pay for one trip after the other."""

    booked: list[Told] = field(default_factory=list)
    paid: list[Told] = field(default_factory=list)
    has_gone: threading.Event = field(default_factory=threading.Event)

    def keep_booking(self, traveller: Traveller, offer: Offer, card: str) -> None:
        """Until told to go; the slow card keeps a transaction of payments open for a while."""
        while not self.has_gone.is_set():
            booked = traveller.book(offer, card=card, room=False)
            self.booked.append(booked)
            if booked.status == 201:
                self.paid.append(traveller.pay(booked["id"]))


@contextmanager
def crowd(world: World, offer: Offer) -> Iterator[Crowd]:
    """Clients that book for the length of the block, each with a connection of its own."""
    everybody = Crowd()
    travellers = [
        Traveller(world.stand.web_url, f"traveller-{number:04d}") for number in range(2, 2 + CLIENTS)
    ]
    with ThreadPoolExecutor(CLIENTS) as pool:
        walks: list[Future[None]] = [
            pool.submit(everybody.keep_booking, traveller, offer, SLOW_CARD if number % 2 else GOOD_CARD)
            for number, traveller in enumerate(travellers)
        ]
        try:
            wait_for(lambda: len(everybody.booked) >= BOOKINGS_FIRST)
            yield everybody
            seen = len(everybody.booked)
            wait_for(lambda: len(everybody.booked) >= seen + BOOKINGS_FIRST)
        finally:
            everybody.has_gone.set()
    for walk in walks:
        walk.result()


@pytest.mark.parametrize("to", ["monolith", "service"])
def test_given_bookings_in_flight_when_the_writes_change_sides_then_none_fails_and_none_is_lost(
    world: World, offer: Offer, to: str
) -> None:
    if to == "service":
        world.roll_back()

    with crowd(world, offer) as everybody:
        taken = world.roll_back() if to == "monolith" else world.switch()

    assert taken.figures["owner"] == to
    assert {told.status for told in everybody.booked} == {201}, everybody.booked
    assert {told.status for told in everybody.paid} == {200}, everybody.paid
    world.settle(owner=to)
    payments, held = world.payments_of(to), world.authorisations()
    for told in everybody.booked:
        (payment,) = payments[told["id"]]
        assert payment.state == "captured"
        assert held[f"authorise-{told['id']}"].captured == payment.amount
