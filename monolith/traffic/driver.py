"""How hard is the shop driven, and who decides when the next traveller comes?

In the open loop, a clock that knows nothing of the answers: journeys begin at times drawn beforehand, however
slow the shop is, and latency counts from the moment a request was due. In the closed loop, which finds the
capacity, each connection begins its next request when it has its answer.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monolith.traffic.figures import Tally, replace_json
from monolith.traffic.journal import Journal
from monolith.traffic.journeys import Mix, walk
from monolith.traffic.traveller import JourneyOverError, Traveller
from monolith.traffic.wire import PATIENCE_SECONDS, Client

PASSWORD = "travel"  # noqa: S105 - of the seeded travellers
LAST_JOURNEYS_SECONDS = 30.0
WATCH_SECONDS = 0.1


class NobodyHomeError(Exception):
    """Nobody could sign in, so there is nothing to drive."""


@dataclass(slots=True)
class Drive:
    """One run against the shop at `url`: who travels, what is recorded, when it ends."""

    url: str
    seed: int
    users: int
    connections: int
    journal: Journal | None
    mix: Mix = field(default_factory=Mix)
    status: Path | None = None
    clock: str = "exponential"
    patience_seconds: float = PATIENCE_SECONDS
    tally: Tally = field(default_factory=Tally)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _tokens: list[str] = field(default_factory=list)
    _journeys: set[asyncio.Task[None]] = field(default_factory=set)
    _serial: int = 0

    async def open_loop(
        self, *, rate: float, seconds: float | None, until_file: Path | None
    ) -> dict[str, Any]:
        """Offer `rate` requests a second until time is up, the file exists, or `stopping` is set."""
        client = self._client()
        self._note({"line": "start", "at": time.time(), "rate": rate, "seed": self.seed, "pid": os.getpid()})
        await self._sign_in(client)
        watch = asyncio.create_task(self._watch(seconds, until_file))
        try:
            await self._arrivals(client, rate / self.mix.requests_per_journey)
            if self._journeys:
                await asyncio.wait(self._journeys, timeout=LAST_JOURNEYS_SECONDS)
        finally:
            watch.cancel()
            client.close()
        self._write_status()
        self._note(
            {"line": "end", "at": time.time(), "requests": self.tally.requests, "failed": self.tally.failed}
        )
        return self.tally.summary()

    async def closed_loop(self, *, seconds: float) -> dict[str, Any]:
        """Requests a second that `connections` travellers who never pause get answered."""
        client = self._client()
        self._note({"line": "start", "at": time.time(), "rate": None, "seed": self.seed, "pid": os.getpid()})
        await self._sign_in(client)
        self.tally = Tally()
        end = time.monotonic() + seconds
        workers = [asyncio.create_task(self._hurry(client, end)) for _ in range(self.connections)]
        await asyncio.sleep(max(0.0, end - time.monotonic()))
        summary = self.tally.summary()
        await asyncio.gather(*workers)
        client.close()
        self._note(
            {"line": "end", "at": time.time(), "requests": self.tally.requests, "failed": self.tally.failed}
        )
        return {"rps": round(summary["requests"] / seconds, 1), "seconds": seconds, **summary}

    def _client(self) -> Client:
        return Client(self.url, connections=self.connections, patience_seconds=self.patience_seconds)

    async def _sign_in(self, client: Client) -> None:
        """Tokens for all travellers; a few at a time, since checking passwords is meant to be slow."""
        turn = asyncio.Semaphore(2)

        async def one(number: int) -> None:
            async with turn:
                traveller = self._traveller(client, "sign-in", token=None)
                self._tokens.append(await traveller.sign_in(f"traveller-{number:04}", PASSWORD))

        results = await asyncio.gather(*(one(n + 1) for n in range(self.users)), return_exceptions=True)
        if any(isinstance(result, JourneyOverError) for result in results):
            raise NobodyHomeError(f"Not everybody could sign in at {self.url}: is the shop up, and seeded?")

    async def _arrivals(self, client: Client, journeys_per_second: float) -> None:
        due = time.monotonic()
        for gap, name in self._plan():
            due += gap / journeys_per_second
            if await self._stopped_before(due):
                return
            task = asyncio.create_task(walk(name, self._traveller(client, name, due=due)))
            self._journeys.add(task)
            task.add_done_callback(self._journeys.discard)

    def _plan(self) -> Iterator[tuple[float, str]]:
        """The gap before each journey, in mean gaps, and which one it is: by lot, or as even as can be."""
        if self.clock == "uniform":
            yield from ((1.0, name) for name in self.mix.rotation())
        chance = random.Random(self.seed)
        while True:
            yield chance.expovariate(1.0), self.mix.pick(chance)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not when everybody is to go home."""
        await self._stopped_before(time.monotonic() + seconds)

    async def _stopped_before(self, due: float) -> bool:
        try:
            async with asyncio.timeout_at(due):
                await self.stopping.wait()
        except TimeoutError:
            return False
        return True

    async def _hurry(self, client: Client, end: float) -> None:
        chance = random.Random(f"{self.seed}/{self._next()}")
        while time.monotonic() < end and not self.stopping.is_set():
            name = self.mix.pick(chance)
            await walk(name, self._traveller(client, name, in_hurry=True))

    def _traveller(
        self,
        client: Client,
        journey: str,
        *,
        due: float | None = None,
        in_hurry: bool = False,
        token: str | None = "",
    ) -> Traveller:
        number = self._next()
        return Traveller(
            client=client,
            record=self._record,
            chance=random.Random(f"{self.seed}:{number}"),
            token=self._tokens[number % len(self._tokens)] if token == "" else token,
            journey=journey,
            due=due,
            pause=_dont_wait if in_hurry else self._pause,
        )

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _record(self, line: dict[str, Any]) -> None:
        self.tally.add(line)
        self._note(line)

    def _note(self, line: dict[str, Any]) -> None:
        if self.journal is not None:
            self.journal.add(line)

    async def _watch(self, seconds: float | None, until_file: Path | None) -> None:
        """Rewrite the status each second, and say when it is time to stop."""
        started = told = time.monotonic()
        while not self.stopping.is_set():
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            if now - told >= 1.0:
                told += 1.0
                self._write_status()
            if _is_there(until_file) or (seconds is not None and now - started >= seconds):
                self.stopping.set()

    def _write_status(self) -> None:
        if self.status is None:
            return
        last = self.tally.second()
        replace_json(
            self.status,
            {
                "at": time.time(),
                "requests": self.tally.requests,
                "failed": self.tally.failed,
                "in_flight": len(self._journeys),
                "rps": last["count"],
                "p50_ms": last["p50_ms"],
                "p99_ms": last["p99_ms"],
                "max_ms": last["max_ms"],
            },
        )


async def _dont_wait(seconds: float) -> None:
    """For those who never pause."""


def _is_there(path: Path | None) -> bool:
    return path is not None and path.exists()
