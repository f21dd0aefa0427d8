"""Are the commands found, before a switch, that are called inside a caller's transaction?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from boundaries.facades import held_call
from boundaries.facades.models import HeldCall
from boundaries.strangler.steps.switch_writes import held_call_gate
from tests.sample.ledger.public import Ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_pending():
    held_call.flush()
    HeldCall.objects.all().delete()


def deposit_in_transaction(account: int) -> None:
    with transaction.atomic():
        Ledger.deposit(account_id=account, amount=Decimal(1))


def test_counts_a_command_inside_a_transaction_under_its_place():
    account = Ledger.open_account(owner="Ada")
    for _ in range(3):
        deposit_in_transaction(account)
    held_call.flush()
    deposit_in_transaction(account)
    held_call.flush()

    (call,) = HeldCall.objects.all()
    line = deposit_in_transaction.__code__.co_firstlineno + 2
    assert (call.context, call.operation, call.kind, call.count) == ("ledger", "deposit", "command", 4)
    assert call.place == f"tests/facades/test_held_call.py:{line}"


def test_does_not_count_outside_of_one():
    Ledger.deposit(account_id=Ledger.open_account(owner="Ada"), amount=Decimal(1))
    held_call.flush()

    assert not HeldCall.objects.exists()
    assert held_call_gate("ledger").passed


def test_counts_also_what_the_callers_transaction_takes_back():
    account = Ledger.open_account(owner="Ada")
    with transaction.atomic():
        deposit_in_transaction(account)
        transaction.set_rollback(True)
    held_call.flush()

    assert HeldCall.objects.get().count == 1


def test_keeps_the_writes_from_being_switched_and_names_the_place():
    deposit_in_transaction(Ledger.open_account(owner="Ada"))
    held_call.flush()
    gate = held_call_gate("ledger")

    assert not gate.passed
    assert gate.figure.startswith("deposit at tests/facades/test_held_call.py:")
    assert gate.figure.endswith("(1 times)")


def test_lets_them_be_switched_once_it_has_not_been_seen_for_long(settings):
    deposit_in_transaction(Ledger.open_account(owner="Ada"))
    held_call.flush()
    HeldCall.objects.update(last_at=timezone.now() - timedelta(hours=2))

    assert held_call_gate("ledger").passed


def test_lets_them_be_switched_where_such_calls_are_allowed(settings):
    settings.BOUNDARIES = {**settings.BOUNDARIES, "IN_ATOMIC": "warn"}
    deposit_in_transaction(Ledger.open_account(owner="Ada"))
    held_call.flush()

    assert held_call_gate("ledger").passed
