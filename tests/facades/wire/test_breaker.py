from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from boundaries.facades.breaker import Breaker, Permit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(failures=3, open_seconds=2.0, clock=clock)


def admitted(breaker: Breaker, *, seconds: float = 1.0) -> Permit:
    permit = breaker.admit(seconds=seconds)
    assert permit is not None
    return permit


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.fail(admitted(breaker))


def state(breaker: Breaker) -> str:
    return breaker.read(context="parcels", address="http://parcels").state


@pytest.fixture
def half_open(breaker, clock) -> Breaker:
    fail(breaker, 3)
    clock.now += 2.0
    return breaker


class TestAClosedCircuit:
    def test_bears_fewer_failures_in_a_row_than_its_limit(self, breaker):
        fail(breaker, 2)

        assert state(breaker) == "closed"

    def test_forgets_failures_at_a_success(self, breaker):
        fail(breaker, 2)
        breaker.succeed(admitted(breaker))
        fail(breaker, 2)

        assert state(breaker) == "closed"

    def test_opens_at_its_limit(self, breaker):
        fail(breaker, 3)

        assert state(breaker) == "open"
        assert breaker.admit(seconds=1.0) is None


class TestAnOpenCircuit:
    def test_ignores_the_late_success_of_a_call_from_before(self, breaker):
        early = admitted(breaker)
        fail(breaker, 3)
        breaker.succeed(early)

        assert state(breaker) == "open"

    def test_ignores_late_failures_and_stays_open_no_longer(self, breaker, clock):
        early = admitted(breaker)
        fail(breaker, 3)
        clock.now += 1.9
        breaker.fail(early)
        clock.now += 0.1

        assert breaker.admit(seconds=1.0) is not None

    def test_says_when_it_will_try_again(self, breaker, clock):
        fail(breaker, 3)
        clock.now += 0.5

        assert breaker.read(context="parcels", address="x").retry_after_seconds == pytest.approx(1.5)


class TestAHalfOpenCircuit:
    def test_admits_one_probe(self, half_open):
        admitted(half_open)

        assert half_open.admit(seconds=1.0) is None

    def test_closes_when_the_probe_succeeds(self, half_open):
        half_open.succeed(admitted(half_open))

        assert state(half_open) == "closed"
        fail(half_open, 2)
        assert state(half_open) == "closed"

    def test_opens_again_when_the_probe_fails(self, half_open, clock):
        half_open.fail(admitted(half_open))

        clock.now += 1.9
        assert half_open.admit(seconds=1.0) is None
        clock.now += 0.1
        assert half_open.admit(seconds=1.0) is not None

    def test_is_not_closed_by_the_late_success_of_a_call_from_before(self, breaker, clock):
        early = admitted(breaker)
        fail(breaker, 3)
        clock.now += 2.0
        admitted(breaker)
        breaker.succeed(early)

        assert state(breaker) == "half_open"

    def test_lets_the_next_probe_through_when_the_first_never_comes_back(self, half_open, clock):
        lost = admitted(half_open, seconds=1.0)
        clock.now += 1.0
        second = admitted(half_open)

        half_open.fail(lost)
        half_open.succeed(second)

        assert state(half_open) == "closed"

    def test_gives_the_place_of_an_abandoned_probe_to_the_next(self, half_open):
        half_open.abandon(admitted(half_open))

        assert half_open.admit(seconds=1.0) is not None

    @pytest.mark.parametrize("round_number", range(20))
    def test_admits_one_of_many_threads_that_come_at_once(self, half_open, round_number):
        herd = 16
        start = threading.Barrier(herd)

        def come(_: int) -> bool:
            start.wait()
            return half_open.admit(seconds=1.0) is not None

        with ThreadPoolExecutor(herd) as pool:
            assert sum(pool.map(come, range(herd))) == 1
