"""What do the tests of payments share?

They go with the code: they run in the monolith and in a service of its own, against a database of their own and a card
processor that answers at the HTTP boundary, in place of the connection pool.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from monolith.payments import processor as processor_module
from monolith.payments.local import LocalPayments
from monolith.payments.public import Payment
from monolith.shared.money import Money

EUR_100 = Money.of("100.00", "EUR")


@dataclass
class Response:
    """As much of an HTTP response as is read."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> bytes:
        """The body's bytes."""
        return json.dumps(self.body).encode()


@dataclass
class Pool:
    """A card processor in the place of the connection pool: same key, same answer; remembers what it was asked."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, Response] = field(default_factory=dict)
    failure: Exception | None = None

    def request(self, method: str, url: str, *, body: str, headers: dict[str, str]) -> Response:
        """Answer as the processor would."""
        if self.failure is not None:
            raise self.failure
        path, request = url.split("/", 3)[3], json.loads(body)
        if request["key"] not in self.answers:
            self.asked.append((path, request))
            self.answers[request["key"]] = self._decide(path, request)
        return self.answers[request["key"]]

    def paths(self) -> list[str]:
        """What kind of movements it made, in order."""
        return [path.rsplit("/", 1)[-1] for path, _ in self.asked]

    @staticmethod
    def _decide(path: str, request: dict[str, Any]) -> Response:
        if request.get("card", "").endswith("0002"):
            return Response(402, {"code": "declined", "reason": "insufficient_funds"})
        if request.get("card", "").endswith("0500"):
            return Response(500, {"code": "failed"})
        return Response(201, {"id": f"{path.rsplit('/', 1)[-1]}-{uuid4().hex[:8]}"})


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Pool:
    """The card processor that the code talks to."""
    pool = Pool()
    settings.CARD_PROCESSOR_URL = "http://processor"
    monkeypatch.setattr(processor_module, "_connections", lambda: pool)
    return pool


@pytest.fixture
def payments(db: None, pool: Pool) -> LocalPayments:
    """The commands and queries, without the facade in front: each test opens its own transactions."""
    return LocalPayments()


@pytest.fixture
def booking_id() -> UUID:
    """A booking that nobody has paid for yet."""
    return uuid4()


@pytest.fixture
def held(payments: LocalPayments, booking_id: UUID) -> Payment:
    """A hundred euros that are held for the booking."""
    return authorise(payments, booking_id)


@pytest.fixture
def taken(payments: LocalPayments, held: Payment) -> Payment:
    """A hundred euros that were taken for the booking."""
    return in_transaction(payments.capture, payment_id=held.id)


def authorise(payments: LocalPayments, booking_id: UUID, card: str = "tok_4242") -> Payment:
    """Hold a hundred euros."""
    return in_transaction(
        payments.authorise, booking_id=booking_id, traveller_id=uuid4(), amount=EUR_100, card=card
    )


def in_transaction(command: Any, **arguments: Any) -> Any:
    """Run a command as the facade would: in a transaction of its own."""
    from django.db import transaction

    with transaction.atomic():
        return command(**arguments)
