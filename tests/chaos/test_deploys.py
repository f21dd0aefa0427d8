"""Is anything lost, or late, when the follower is replaced again and again while people write?"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.chaos.crew import Crew, words_of
from tests.chaos.invariant import Reckoning
from tests.chaos.stand import CONTEXT, Stand, new_stand
from tests.chaos.test_failover import at_work

ENDS_SECONDS = 5.0
# A follower that ends at its latest, and one that starts on a busy machine.
LAG_SECONDS = ENDS_SECONDS + 5.0
_AGE = "SELECT extract(epoch FROM clock_timestamp() - applied_at) FROM boundaries_facades_freshness"


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with new_stand() as stand:
        yield stand


class Lag:
    """Looks all the while how old the closed side is, by its own clock."""

    def __init__(self, url: str) -> None:
        self.worst = 0.0
        self._url, self._ended = url, threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch for a block."""
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as session:
            is_begun = False
            while not self._ended.wait(0.05):
                row = session.execute(_AGE).fetchone()
                age = float(row[0]) if row else 0.0
                # What a side last heard before it was the closed one says nothing.
                is_begun = is_begun or age < 1
                self.worst = max(self.worst, age if is_begun else 0.0)


def replace_follower(crew: Crew, *, is_overlapping: bool) -> float:
    """End one and start the next, as systemd does or as Kubernetes does; the seconds that the old one took to end."""
    old = crew.follower
    assert old is not None
    if is_overlapping:
        crew.start_follower()
    began = time.monotonic()
    old.send(signal.SIGTERM)
    assert old.wait() == 0, old.printed()
    seconds = time.monotonic() - began
    if not is_overlapping:
        crew.start_follower()
    return seconds


@pytest.mark.timeout(4_500)
@pytest.mark.parametrize(
    ("each_seconds", "times"),
    [
        pytest.param(2.0, 5, id="every two seconds"),
        pytest.param(60.0, 30, id="every minute for an hour", marks=[pytest.mark.nightly, pytest.mark.alone]),
    ],
)
def test_given_writers_when_the_follower_is_replaced_again_and_again_then_nothing_is_lost_in_either_direction(
    each_seconds: float, times: int, stand: Stand, tmp_path: Path
) -> None:
    ends, lags = [], []
    with at_work(stand, "following", tmp_path) as crew:
        crew.watch()
        for closed in ("service", "monolith"):
            lag = Lag(stand.databases[closed].superuser_url)
            with lag.watched():
                for number in range(times):
                    time.sleep(each_seconds)
                    ends.append(replace_follower(crew, is_overlapping=number % 2 == 1))
            lags.append(lag.worst)
            if closed == "service":
                stand.wait_for_follower()
                switched = crew.start(*words_of("switch-writes"))
                assert switched.wait() == 0, switched.printed()
        assert_kept(stand, crew)
    print(f"ended within {max(ends):.2f} s, lag at most {max(lags):.2f} s")
    assert max(ends) < ENDS_SECONDS
    assert 0 < min(lags) <= max(lags) < LAG_SECONDS


def assert_kept(stand: Stand, crew: Crew) -> None:
    """What was acknowledged is there once on both sides, and no side was torn meanwhile."""
    crew.stop_writers()
    stand.wait_for_follower()
    verified = crew.start(*words_of("verify"))
    assert verified.wait() == 0, verified.printed()
    figures: dict[str, int] = {}
    reckoning = Reckoning(stand, crew, figures, "service", crew.troupe.observer.stop())
    promises = {**reckoning.of_books(), **reckoning.of_observer(), **reckoning.of_sides()}
    assert {name: said for name, said in promises.items() if said} == {}
    assert figures["acknowledged"] > 50


def test_given_a_round_that_waits_for_a_lock_when_the_follower_is_to_end_then_it_does_and_the_next_one_goes_on(
    stand: Stand, tmp_path: Path
) -> None:
    with at_work(stand, "following", tmp_path) as crew:
        with stand.superuser("service") as somebody, somebody.transaction():
            somebody.execute("LOCK TABLE stock_operation IN ACCESS EXCLUSIVE MODE")
            Crew.wait(lambda: _waits(stand), what="the round to wait")
            seconds = replace_follower(crew, is_overlapping=False)
        print(f"ended within {seconds:.2f} s")
        assert seconds < ENDS_SECONDS
        stand.wait_for_follower()
        crew.stop_writers()
        verified = crew.start(*words_of("verify"))
        assert verified.wait() == 0, verified.printed()


def _waits(stand: Stand) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock')"
    with stand.superuser("service") as session:
        row = session.execute(query, [f"boundaries {CONTEXT}"]).fetchone()
    return bool(row and row[0])
