"""Who writes while processes are killed, and what were they told?

Writers that use the two databases as the application's own role, know nothing of the kit but the refusal's SQLSTATE,
and try the other side on it. Each write is one transaction of two statements: it counts a fine up and adds a payment
with a reference of its own, so that a lost, a doubled and a torn write all show.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.journeys.library import Library
from tests.waiting import wait_for

WRITERS = 3
MOVED, AGAIN = "MG001", "40001"
SIDES = ("monolith", "service")
_PAUSE_SECONDS = 0.01


@dataclass
class Traffic:
    """What the writers were told: acknowledged references by side, and the longest wait of one write."""

    library: Library
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: {side: [] for side in SIDES})
    longest_seconds: float = 0.0
    both_open: int = 0
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def references(self) -> list[str]:
        """All that was acknowledged, on either side."""
        return [reference for side in SIDES for reference in self.acknowledged[side]]

    def wait_for_writes_at(self, side: str, count: int = 5) -> None:
        """Until that side has acknowledged some more writes."""
        needed = len(self.acknowledged[side]) + count
        wait_for(lambda: len(self.acknowledged[side]) >= needed, seconds=15, what=f"writes at the {side}")

    def findings(self) -> dict[str, int]:
        """What is wrong with the owner's books, by kind; empty when nothing is."""
        (owner,) = self.library.open_sides()
        with psycopg.connect(self.library.url(owner)) as session:
            rows = session.execute("SELECT reference FROM fines_payment WHERE reference <> ''").fetchall()
            paid = session.execute("SELECT sum(paid) FROM fines_fine").fetchone()
        found, told = Counter(row[0] for row in rows), Counter(self.references)
        kinds = {
            "both open": self.both_open,
            "lost": (told - found).total(),
            "doubled or never told": (found - told).total(),
            "counted wrongly": abs(int(paid[0]) - len(self.references)) if paid else 0,
        }
        return {kind: number for kind, number in kinds.items() if number}

    def assert_nothing_lost_or_doubled(self) -> None:
        """The rows of the owner are exactly what was acknowledged, and both sides are equal."""
        assert self.errors == []
        self.library.wait_until_level()
        assert self.findings() == {}
        self.library.assert_equal()


@contextmanager
def traffic(library: Library) -> Iterator[Traffic]:
    """Write for the length of a block; a third pair of eyes looks at the ownership rows all the while."""
    seen = Traffic(library)
    threads = [threading.Thread(target=_write, args=(seen, number)) for number in range(WRITERS)]
    threads.append(threading.Thread(target=_watch, args=(seen,)))
    for thread in threads:
        thread.start()
    try:
        seen.wait_for_writes_at(next(iter(library.open_sides()), "monolith"))
        yield seen
    finally:
        seen.stop.set()
        for thread in threads:
            thread.join()


def _write(seen: Traffic, writer: int) -> None:
    urls = {"monolith": seen.library.monolith.app_url, "service": seen.library.service.service_url}
    try:
        with (
            psycopg.connect(urls["monolith"], autocommit=True) as left,
            psycopg.connect(urls["service"], autocommit=True) as right,
        ):
            if writer == 0:
                for session in (left, right):
                    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            _write_until_stopped(seen, writer, {"monolith": left, "service": right})
    except Exception as error:  # noqa: BLE001  (a thread has nobody else to tell)
        seen.errors.append(f"writer {writer}: {error!r}")


def _write_until_stopped(seen: Traffic, writer: int, sessions: dict[str, psycopg.Connection[Any]]) -> None:
    side = "monolith"
    for number in itertools.count():
        if seen.stop.is_set():
            return
        reference, started = f"{writer}-{number}", time.monotonic()
        while (state := _try(sessions[side], reference)) is not None:
            side = SIDES[1 - SIDES.index(side)] if state == MOVED else side
            time.sleep(_PAUSE_SECONDS)
            if seen.stop.is_set() and time.monotonic() - started > 15:
                raise TimeoutError(f"nobody has accepted {reference} for 15 s")
        seen.acknowledged[side].append(reference)
        seen.longest_seconds = max(seen.longest_seconds, time.monotonic() - started)
        time.sleep(_PAUSE_SECONDS)


def _try(session: psycopg.Connection[Any], reference: str) -> str | None:
    """Write at one side; the SQLSTATE when it says that the writes belong to the other one, or to try again."""
    try:
        with session.transaction():
            fine = session.execute(
                "UPDATE fines_fine SET paid = paid + 1 WHERE id = (SELECT min(id) + %s FROM fines_fine) RETURNING id",
                [hash(reference) % 5],
            ).fetchone()
            assert fine is not None
            session.execute(
                "INSERT INTO fines_payment (fine_id, amount, reference, paid_at) VALUES (%s, 1, %s, now())",
                [fine[0], reference],
            )
    except psycopg.DatabaseError as error:
        if error.sqlstate not in {MOVED, AGAIN}:
            raise
        return error.sqlstate
    return None


def _watch(seen: Traffic) -> None:
    """Count the moments in which both sides were open: the monolith before and after a look at the open service."""
    query = "SELECT open, epoch FROM boundaries_facades_ownership WHERE context = 'fines'"
    with (
        psycopg.connect(seen.library.url("monolith"), autocommit=True) as left,
        psycopg.connect(seen.library.url("service"), autocommit=True) as right,
    ):
        while not seen.stop.wait(0.002):
            before, between, after = (session.execute(query).fetchone() for session in (left, right, left))
            if before and between and before == after and before[0] and between[0]:
                seen.both_open += 1
