from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from boundaries.facades.answer import Answer, RemoteCall
from boundaries.facades.budget import FLOOR_RETRIES, RetryBudget
from boundaries.facades.deadline import serving
from boundaries.facades.failure import (
    BulkheadFull,
    CircuitOpen,
    ContractError,
    DeadlineExceeded,
    OutcomeUnknown,
    RemoteFailure,
    ServiceUnavailable,
)
from boundaries.facades.policy import Limits, Policy, TryFailed
from tests.facades.wire.calls import a_command, a_query
from tests.facades.wire.test_breaker import Clock

DOWN = ServiceUnavailable(context="parcels", reason="down")
UNKNOWN = OutcomeUnknown(context="parcels", operation="stamp", reason="cut", key="key-1")
REFUSED = ContractError(context="parcels", operation="stamp", reason="HTTP 400")
OK = Answer("ok", b"1")


class Rig:
    """A policy on a clock that only moves when it sleeps, and a service that does as it is told."""

    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.slept: list[float] = []
        self.drawn: list[tuple[float, float]] = []
        self.tries: list[tuple[float, int]] = []
        self.places: list[int] = []
        figures = {"retry_base_seconds": 0.1} | limits
        self.policy = Policy(
            context="parcels", address="http://parcels", limits=Limits(**figures),
            clock=self.clock, sleep=self._sleep, jitter=self._jitter,
        )  # fmt: skip

    def call(self, kind: Callable[..., RemoteCall] = a_query, **changes: Any) -> RemoteCall:
        return kind(**({"deadline": self.clock.now + 2.0} | changes))

    def run(self, call: RemoteCall, *outcomes: Answer | TryFailed | RemoteFailure) -> Answer:
        """Each outcome in turn, the last one for ever; a bare failure is an outage."""
        left = list(outcomes)

        def attempt(seconds: float, number: int) -> Answer:
            self.tries.append((seconds, number))
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, Answer):
                return outcome
            raise outcome if isinstance(outcome, TryFailed) else TryFailed(outcome)

        return self.policy.run(call, attempt)

    def _sleep(self, seconds: float) -> None:
        self.places.append(self.policy.bulkhead.under_way)
        self.slept.append(seconds)
        self.clock.now += seconds

    def _jitter(self, low: float, high: float) -> float:
        self.drawn.append((low, high))
        return high


@pytest.fixture
def rig() -> Rig:
    return Rig()


class TestRepetition:
    def test_is_for_queries(self, rig):
        assert rig.run(rig.call(), DOWN, DOWN, OK) == OK
        assert [number for _, number in rig.tries] == [0, 1, 2]

    def test_is_for_idempotent_commands_with_a_key(self, rig):
        assert rig.run(rig.call(a_command), UNKNOWN, OK) == OK

    @pytest.mark.parametrize("changes", [{"idempotent": False}, {"key": None}])
    def test_is_not_for_other_commands(self, rig, changes):
        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(a_command, **changes), DOWN, OK)

        assert len(rig.tries) == 1

    def test_ends_after_the_allowed_attempts(self, rig):
        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), DOWN)

        assert len(rig.tries) == 3

    def test_is_not_for_what_is_final(self, rig):
        with pytest.raises(ContractError):
            rig.run(rig.call(), TryFailed(REFUSED, is_outage=False, is_final=True))

        assert len(rig.tries) == 1

    def test_waits_a_random_share_of_a_doubling_pause(self, rig):
        rig.run(rig.call(), DOWN, DOWN, OK)

        assert rig.drawn == [(0.0, 0.1), (0.0, 0.2)]
        assert rig.slept == [0.1, 0.2]

    def test_waits_as_long_as_the_service_asks(self, rig):
        rig.run(rig.call(), TryFailed(DOWN, retry_after_seconds=1.0), OK)

        assert rig.slept == [1.0]

    def test_gives_up_at_once_when_the_service_asks_for_more_time_than_there_is(self, rig):
        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), TryFailed(DOWN, retry_after_seconds=3.0), OK)

        assert rig.slept == []

    def test_happens_outside_the_bulkhead(self, rig):
        rig.run(rig.call(), DOWN, OK)

        assert rig.places == [0]

    def test_does_not_happen_while_serving_a_repetition(self, rig):
        with serving(deadline=rig.clock.now + 9, is_retry=True), pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), DOWN, OK)

        assert len(rig.tries) == 1

    def test_of_a_stale_connection_is_immediate_and_costs_no_budget(self):
        rig = Rig(attempts=1, breaker_failures=1)

        assert rig.run(rig.call(), TryFailed(DOWN, is_outage=False, is_stale=True), OK) == OK
        assert rig.slept == []

    def test_of_a_stale_connection_happens_once(self):
        rig = Rig(attempts=1)

        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), TryFailed(DOWN, is_outage=False, is_stale=True))

        assert len(rig.tries) == 2


class TestTheBudget:
    def test_bounds_retries_by_a_share_of_the_calls(self):
        rig = Rig(retry_budget=0.1, breaker_failures=10_000)
        for _ in range(100):
            with pytest.raises(ServiceUnavailable):
                rig.run(rig.call(), DOWN)
            rig.clock.now -= sum(rig.slept)
            rig.slept.clear()

        assert len(rig.tries) == 100 + FLOOR_RETRIES + 0.1 * 100

    def test_comes_back_with_time(self, rig):
        budget = RetryBudget(ratio=0.0, clock=rig.clock)
        while budget.take():
            pass
        rig.clock.now += 11

        assert budget.take()

    def test_is_exact_when_threads_compete(self, rig):
        budget = RetryBudget(ratio=0.0, clock=rig.clock)
        with ThreadPoolExecutor(8) as pool:
            granted = sum(pool.map(lambda _: budget.take(), range(200)))

        assert granted == FLOOR_RETRIES


class TestTheDeadline:
    def test_gives_each_try_what_is_left(self, rig):
        rig.run(rig.call(), DOWN, OK)

        assert [seconds for seconds, _ in rig.tries] == [pytest.approx(2.0), pytest.approx(1.9)]

    def test_that_has_passed_makes_no_try(self, rig):
        with pytest.raises(DeadlineExceeded):
            rig.run(rig.call(deadline=rig.clock.now), OK)

        assert rig.tries == []

    def test_of_the_call_being_served_comes_first(self, rig):
        with serving(deadline=rig.clock.now + 0.5, is_retry=False):
            rig.run(rig.call(), OK)

        assert rig.tries[0][0] == pytest.approx(0.5)


class TestTheVerdict:
    def test_stays_unknown_once_a_command_may_have_happened(self, rig):
        with pytest.raises(OutcomeUnknown):
            rig.run(rig.call(a_command), UNKNOWN, DOWN)

    def test_stays_unknown_when_the_last_word_is_a_refusal(self, rig):
        with pytest.raises(OutcomeUnknown):
            rig.run(rig.call(a_command), UNKNOWN, TryFailed(REFUSED, is_outage=False, is_final=True))

    def test_stays_unknown_when_the_circuit_opens_meanwhile(self):
        rig = Rig(breaker_failures=1)

        with pytest.raises(OutcomeUnknown):
            rig.run(rig.call(a_command), UNKNOWN)

    def test_names_what_opened_the_circuit_in_its_own_call(self):
        rig = Rig(breaker_failures=1)

        with pytest.raises(ServiceUnavailable, match="down"):
            rig.run(rig.call(), DOWN)
        with pytest.raises(CircuitOpen):
            rig.run(rig.call(), OK)


class TestTheCircuit:
    def test_does_not_open_for_what_the_service_refuses(self):
        rig = Rig(breaker_failures=2)
        for _ in range(5):
            with pytest.raises(ContractError):
                rig.run(rig.call(), TryFailed(REFUSED, is_outage=False, is_final=True))

        assert rig.run(rig.call(), OK) == OK

    def test_is_not_closed_by_a_probe_on_a_stale_connection(self):
        rig = Rig(breaker_failures=3, attempts=1)
        for _ in range(3):
            with pytest.raises(ServiceUnavailable):
                rig.run(rig.call(), DOWN)
        rig.clock.now += 2.0

        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), TryFailed(DOWN, is_outage=False, is_stale=True), DOWN)

        assert rig.policy.breaker.read(context="parcels", address="x").state == "open"

    def test_frees_the_place_of_a_probe_that_ended_in_an_error_of_ours(self):
        rig = Rig(breaker_failures=1, attempts=1)
        with pytest.raises(ServiceUnavailable):
            rig.run(rig.call(), DOWN)
        rig.clock.now += 2.0

        def broken(seconds: float, number: int) -> Answer:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            rig.policy.run(rig.call(), broken)
        assert rig.run(rig.call(), OK) == OK


class TestTheBulkhead:
    def test_refuses_at_once_when_full_and_frees_places_as_calls_end(self):
        policy = Policy(context="parcels", address="x", limits=Limits(bulkhead_calls=2))
        inside, leave = threading.Semaphore(0), threading.Event()

        def slow(seconds: float, number: int) -> Answer:
            inside.release()
            leave.wait(5)
            return OK

        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(policy.run, a_query(), slow) for _ in range(2)]
            for _ in running:
                assert inside.acquire(timeout=5)
            with pytest.raises(BulkheadFull):
                policy.run(a_query(), lambda seconds, number: OK)
            leave.set()
            assert [item.result(5) for item in running] == [OK, OK]
        assert policy.run(a_query(), lambda seconds, number: OK) == OK

    def test_lets_calls_run_side_by_side(self):
        policy = Policy(context="parcels", address="x", limits=Limits())
        together = threading.Barrier(8)

        def meet(seconds: float, number: int) -> Answer:
            together.wait(5)  # passes only if all eight are inside at the same time
            return OK

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda _: policy.run(a_query(), meet), range(8))) == [OK] * 8

    def test_keeps_no_place_after_any_outcome(self, rig):
        for outcome in (OK, TryFailed(REFUSED, is_final=True)):
            try:
                rig.run(rig.call(), outcome)
            except RemoteFailure:
                continue

        assert rig.policy.bulkhead.under_way == 0


def test_a_herd_on_a_half_open_circuit_makes_one_try():
    policy = Policy(
        context="parcels",
        address="x",
        limits=Limits(attempts=1, breaker_failures=1, breaker_open_seconds=0.0),
    )
    probing, leave, tries = threading.Event(), threading.Event(), []

    def down(seconds: float, number: int) -> Answer:
        raise TryFailed(DOWN)

    def probe(seconds: float, number: int) -> Answer:
        tries.append(time.monotonic())
        probing.set()
        leave.wait(5)
        return OK

    def come(_: int) -> str:
        try:
            return policy.run(a_query(), probe).status
        except CircuitOpen:
            return "refused"

    with pytest.raises(ServiceUnavailable):
        policy.run(a_query(), down)
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(come, 0)
        assert probing.wait(5)
        rest = list(pool.map(come, range(9)))
        leave.set()
        assert first.result(5) == "ok"

    assert rest == ["refused"] * 9
    assert len(tries) == 1
