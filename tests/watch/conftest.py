"""What do the tests of the control room share?"""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from boundaries.facades.models import Mismatch, Ownership, Route, RouteChange, ShadowTally
from boundaries.messaging.models import Delivery, Event, SagaInstance, SagaStep
from boundaries.strangler.models import Extraction, StepRun, Wanted
from boundaries.watch import patience


@pytest.fixture(autouse=True)
def fresh_answers():
    """No answer of an earlier test."""
    patience.forget()
    yield
    patience.forget()


@pytest.fixture
def asked_at_once(monkeypatch):
    """Questions are asked in the test's own thread, so that they see the test's uncommitted rows."""

    def ask(key, question, **_seconds):
        try:
            return question()
        except Exception as error:
            raise patience.NoAnswer(str(error)) from error

    monkeypatch.setattr(patience, "ask", ask)


@pytest.fixture
def staff(db, client):
    """`staff("boundaries_strangler.run_steps", ...)`: a client signed in as somebody with these permissions."""

    def sign_in(*permissions, name="ada"):
        user = User.objects.create_user(name, password="secret", is_staff=True)
        for permission in permissions:
            label, codename = permission.split(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=label, codename=codename)
            )
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def make(db):
    return Maker()


class Maker:
    """Rows of every kind that the pages show."""

    def extraction(self, *, reached="verify", wanted=Wanted.FOLLOWING, context="ledger", **follower):
        Extraction.objects.update_or_create(
            context=context, defaults={"reached": reached, "wanted": wanted, "follower": follower}
        )

    def run(self, *, step="plan", result="ok", context="ledger", **fields):
        ended = {} if result == "running" else {"finished_at": timezone.now() + timedelta(seconds=3)}
        fields = {"who": "ada", "why": "because", **ended, **fields}
        return StepRun.objects.create(context=context, step=step, result=result, **fields)

    def delivery(self, *, state="dead", context="orders", age_seconds=60):
        event = Event.objects.create(
            aggregatetype="ledger", aggregateid="1", type="ledger.deposited", payload={}, context="ledger",
            version=1, occurred_at=timezone.now() - timedelta(seconds=age_seconds),
        )  # fmt: skip
        return Delivery.objects.create(
            event=event, consumer="orders.count", context=context, key="ledger/1", state=state, attempts=8,
            last_error="Traceback\nValueError: no such order",
        )  # fmt: skip

    def saga(self, *, state="NEEDS_ATTENTION"):
        saga = SagaInstance.objects.create(
            context="orders", name="orders.checkout", version=1, key=str(uuid.uuid4()), state=state, held_state="RUNNING",
            data={}, failure={"code": "ledger.overdrawn", "text": "no"}, deadline_at=timezone.now(),
        )  # fmt: skip
        SagaStep.objects.create(
            id=uuid.uuid4(), saga=saga, context="orders", name="pay", position=0, state="failed"
        )
        return saga

    def mismatch(self, *, context="ledger"):
        return Mismatch.objects.create(
            context=context,
            operation="accounts",
            signature=uuid.uuid4().hex,
            differences=["$.balance: str / int"],
        )

    def route(self, *, operation="", mode="shadow"):
        RouteChange.objects.create(
            context="ledger", operation=operation, old="local", new=mode, who="ada", why="to compare"
        )
        return Route.objects.create(context="ledger", operation=operation, mode=mode)

    def tally(self, *, operation="accounts", calls=300, mismatches=0):
        return ShadowTally.objects.create(
            context="ledger", operation=operation, calls=calls, mismatches=mismatches
        )

    def owner(self, *, is_open=True, epoch=1, context="ledger"):
        return Ownership.objects.create(context=context, open=is_open, epoch=epoch)

    def one_of_each(self, number):
        """A row in every list, unlike those of another number."""
        self.route(operation=f"operation_{number}")
        self.tally(operation=f"operation_{number}")
        self.owner(context=f"context_{number}")
        self.extraction(context=f"context_{number}")
        self.run()
        self.delivery()
        self.saga()
        self.mismatch()
