"""Which journeys do travellers make, and how often?"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from monolith.traffic.traveller import DECLINED_CARD, JourneyOverError, Traveller


@dataclass(frozen=True, slots=True)
class Journey:
    """One way through the shop: its steps, how many requests it mostly makes, its share in percent."""

    walk: Callable[[Traveller], Awaitable[None]]
    requests: int
    share: float


async def search(traveller: Traveller) -> None:
    """Look around twice, and leave."""
    await traveller.search()
    await traveller.think()
    await traveller.search()


async def pay(traveller: Traveller) -> None:
    """Book a trip, pay for it, look at it."""
    trip = await traveller.book(await traveller.search())
    await traveller.think()
    await traveller.pay(trip)
    await traveller.think()
    await traveller.view(trip)


async def cancel(traveller: Traveller) -> None:
    """Book a trip, and think better of it."""
    trip = await traveller.book(await traveller.search())
    await traveller.think()
    await traveller.cancel(trip)


async def pay_cancel(traveller: Traveller) -> None:
    """Book and pay for a trip, and want everything back."""
    trip = await traveller.book(await traveller.search())
    await traveller.pay(trip)
    await traveller.think()
    await traveller.cancel(trip)


async def refund(traveller: Traveller) -> None:
    """Book and pay for a trip, and get a part of the price back, in two goes."""
    trip = await traveller.book(await traveller.search())
    await traveller.think()
    await traveller.pay(trip)
    await traveller.think()
    await traveller.refund(trip, share="0.25")
    await traveller.refund(trip, share="0.10")
    await traveller.view(trip)


async def refund_too_much(traveller: Traveller) -> None:
    """Book and pay for a trip, and ask for more money than was paid."""
    trip = await traveller.book(await traveller.search())
    await traveller.pay(trip)
    await traveller.think()
    await traveller.refund(trip, share="1.5")


async def declined(traveller: Traveller) -> None:
    """Try to book with a card that is declined."""
    await traveller.book(await traveller.search(), card=DECLINED_CARD)


async def trips(traveller: Traveller) -> None:
    """Look at one's trips."""
    await traveller.view_latest()


JOURNEYS: Mapping[str, Journey] = {
    "search": Journey(search, 2, 42),
    "trips": Journey(trips, 2, 20),
    "pay": Journey(pay, 4, 20),
    "cancel": Journey(cancel, 3, 6),
    "pay-cancel": Journey(pay_cancel, 4, 3),
    "refund": Journey(refund, 6, 6),
    "refund-too-much": Journey(refund_too_much, 4, 1),
    "declined": Journey(declined, 2, 2),
}


class Mix:
    """Journeys by their shares; `mix` gives other shares than the usual ones, those not named have none."""

    def __init__(self, mix: Mapping[str, float] | None = None) -> None:
        shares = mix or {name: journey.share for name, journey in JOURNEYS.items()}
        self._names, self._shares = list(shares), list(shares.values())
        total = sum(self._shares)
        self.requests_per_journey = (
            sum(JOURNEYS[name].requests * share for name, share in shares.items()) / total
        )

    def pick(self, chance: random.Random) -> str:
        """The name of the next journey, by lot."""
        return chance.choices(self._names, self._shares)[0]

    def rotation(self) -> Iterator[str]:
        """The names of the next journeys, each as evenly spread as its share allows."""
        total = sum(self._shares)
        credit = dict.fromkeys(self._names, 0.0)
        while True:
            for name, share in zip(self._names, self._shares, strict=True):
                credit[name] += share / total
            chosen = max(credit, key=credit.__getitem__)
            credit[chosen] -= 1.0
            yield chosen


async def walk(name: str, traveller: Traveller) -> None:
    """Make one journey, to its end or as far as the answers let it."""
    try:
        await JOURNEYS[name].walk(traveller)
    except JourneyOverError:
        return
