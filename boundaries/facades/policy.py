"""How persistently may we ask a service that does not answer?

From outside in: deadline, retry, breaker, bulkhead, then one try by the transport with what is left of the
deadline. A place in the bulkhead is never held while waiting for the next try. One policy per process,
context and address.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.signals import setting_changed

from boundaries.conf import setting
from boundaries.facades.answer import Answer, RemoteCall
from boundaries.facades.breaker import Breaker, BreakerState, Clock
from boundaries.facades.budget import RetryBudget
from boundaries.facades.bulkhead import Bulkhead
from boundaries.facades.deadline import earliest, may_repeat
from boundaries.facades.failure import (
    BulkheadFull,
    CircuitOpen,
    DeadlineExceeded,
    OutcomeUnknown,
    RemoteFailure,
)
from boundaries.facades.process_local import ProcessLocal

SHORTEST_TRY_SECONDS = 0.005
LONGEST_BACKOFF_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures of a policy; `conf.py` says what each means."""

    attempts: int = 3
    retry_budget: float = 0.1
    retry_base_seconds: float = 0.05
    breaker_failures: int = 5
    breaker_open_seconds: float = 2.0
    bulkhead_calls: int = 16

    @classmethod
    def from_settings(cls) -> Limits:
        """The project's figures."""
        return cls(
            attempts=setting("RETRY_ATTEMPTS"),
            retry_budget=setting("RETRY_BUDGET"),
            retry_base_seconds=setting("RETRY_BASE_SECONDS"),
            breaker_failures=setting("BREAKER_FAILURES"),
            breaker_open_seconds=setting("BREAKER_OPEN_SECONDS"),
            bulkhead_calls=setting("BULKHEAD_CALLS"),
        )


class TryFailed(Exception):
    """How one try went wrong: what the caller is told, and what the policy makes of it.

    `is_outage` counts against the circuit. `is_final` is never repeated. `is_stale` is a kept-open connection
    that the server had closed: no sign of trouble, so it is repeated at once.
    """

    def __init__(
        self,
        failure: RemoteFailure,
        *,
        is_outage: bool = True,
        is_final: bool = False,
        is_stale: bool = False,
        retry_after_seconds: float = 0.0,
    ) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.is_outage = is_outage
        self.is_final = is_final
        self.is_stale = is_stale
        self.retry_after_seconds = retry_after_seconds


Try = Callable[[float, int], Answer]
"""One try: (seconds that it may take, number of the attempt from 0) → answer, or raises TryFailed."""


class Policy:
    """All that stands between this process and one service. Thread-safe; holds no lock during a call."""

    def __init__(
        self,
        *,
        context: str,
        address: str,
        limits: Limits,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.context = context
        self.address = address
        self.limits = limits
        self.breaker = Breaker(
            failures=limits.breaker_failures, open_seconds=limits.breaker_open_seconds, clock=clock
        )
        self.bulkhead = Bulkhead(limit=limits.bulkhead_calls)
        self.budget = RetryBudget(ratio=limits.retry_budget, clock=clock)
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def run(self, call: RemoteCall, attempt: Try) -> Answer:
        """Make the call, repeating it where that is allowed and worthwhile.

        :raises OutcomeUnknown: for a command of which any try may have happened, however the last one failed.
        :raises RemoteFailure: the first failure that ended it otherwise.
        """
        course = _Course(call, deadline=earliest(call.deadline), began=self._clock())
        self.budget.count_call()
        while True:
            try:
                return self._try(course, attempt)
            except TryFailed as failed:
                course.note(failed)
                wait_seconds = self._wait_seconds(course, failed)
                if wait_seconds is None:
                    raise course.verdict(failed.failure) from failed.__cause__
            except (CircuitOpen, BulkheadFull, DeadlineExceeded) as refusal:
                raise course.verdict(refusal) from None
            if wait_seconds:
                self._sleep(wait_seconds)

    def _try(self, course: _Course, attempt: Try) -> Answer:
        left_seconds = course.deadline - self._clock()
        if left_seconds < SHORTEST_TRY_SECONDS:
            raise course.deadline_exceeded()
        permit = self.breaker.admit(seconds=left_seconds)
        if permit is None:
            raise CircuitOpen(context=self.context, failures=self.limits.breaker_failures)
        if not self.bulkhead.enter():
            self.breaker.abandon(permit)
            raise BulkheadFull(context=self.context, limit=self.bulkhead.limit)
        try:
            answer = attempt(left_seconds, course.attempts)
        except TryFailed as failed:
            settle = self.breaker.abandon if failed.is_stale else self.breaker.succeed
            (self.breaker.fail if failed.is_outage else settle)(permit)
            raise
        except BaseException:
            self.breaker.abandon(permit)
            raise
        finally:
            self.bulkhead.leave()
        self.breaker.succeed(permit)
        return answer

    def _wait_seconds(self, course: _Course, failed: TryFailed) -> float | None:
        """How long to wait before the next try; None for giving up."""
        if failed.is_final or not course.is_repeatable:
            return None
        if failed.is_stale and not course.was_stale:
            course.was_stale = True
            return 0.0
        if course.attempts >= self.limits.attempts or not may_repeat():
            return None
        ceiling = min(LONGEST_BACKOFF_SECONDS, self.limits.retry_base_seconds * 2 ** (course.attempts - 1))
        wait_seconds = max(self._jitter(0.0, ceiling), failed.retry_after_seconds)
        is_in_time = self._clock() + wait_seconds + SHORTEST_TRY_SECONDS < course.deadline
        return wait_seconds if is_in_time and self.budget.take() else None


class _Course:
    """How one call has gone so far."""

    def __init__(self, call: RemoteCall, *, deadline: float, began: float) -> None:
        self.call = call
        self.deadline = deadline
        self.began = began
        self.attempts = 0
        self.was_stale = False
        self.last: RemoteFailure | None = None
        self.unknown: OutcomeUnknown | None = None
        self.is_repeatable = call.kind == "query" or (call.idempotent and call.key is not None)

    def note(self, failed: TryFailed) -> None:
        self.attempts += 1
        self.last = failed.failure
        if isinstance(failed.failure, OutcomeUnknown):
            self.unknown = failed.failure

    def verdict(self, failure: RemoteFailure) -> RemoteFailure:
        """What the caller is told. Once a command may have happened, no later failure can take that back."""
        if self.unknown is not None:
            return self.unknown
        if isinstance(failure, CircuitOpen) and self.last is not None:
            return self.last  # our own tries opened it: what they met says more
        return failure

    def deadline_exceeded(self) -> DeadlineExceeded:
        allowed_seconds = round(max(0.0, self.deadline - self.began), 3)
        return DeadlineExceeded(
            context=self.call.context, operation=self.call.operation, timeout_seconds=allowed_seconds
        )


def policy_of(context: str, address: str) -> Policy:
    """This process's policy towards the service at `address`."""
    return _policies.get((context, address))


def breaker_states() -> list[BreakerState]:
    """Every circuit that this process has used, for the control room."""
    return [
        policy.breaker.read(context=policy.context, address=policy.address) for policy in _policies.values()
    ]


def reset_policies() -> None:
    """Forget all circuits and budgets of this process; also done when a test overrides `BOUNDARIES`."""
    _policies.clear()


def _make(key: tuple[str, str]) -> Policy:
    return Policy(context=key[0], address=key[1], limits=Limits.from_settings())


def _forget_on_change(*, setting: str, **_kwargs: Any) -> None:
    if setting == "BOUNDARIES":
        reset_policies()


_policies: ProcessLocal[tuple[str, str], Policy] = ProcessLocal(_make)
setting_changed.connect(_forget_on_change, dispatch_uid="boundaries.policies")
