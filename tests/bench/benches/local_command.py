"""What do receipt and stored answer add to a command that runs in the same process?"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from tests.bench.measure import ratio_of
from tests.bench.place import Place
from tests.bench.report import Row
from tests.sample.ledger.local import LocalLedger
from tests.sample.ledger.models import Account
from tests.sample.ledger.public import Ledger

COMMANDS = 50


def run(place: Place) -> list[Row]:
    """A command that inserts, updates and selects, over the same code in `atomic()`; each commits for itself."""
    account, local = Account.objects.create(owner="bench").pk, LocalLedger()

    def command() -> None:
        for _ in range(COMMANDS):
            Ledger.withdraw(account_id=account, amount=Decimal(0))

    def bare() -> None:
        for _ in range(COMMANDS):
            with transaction.atomic():
                local.withdraw(account_id=account, amount=Decimal(0))

    ratio = ratio_of(command, bare, rounds=15)
    return [Row("local_command_ratio", ratio, "x", 2.0, "lower", "the same code in transaction.atomic()")]
