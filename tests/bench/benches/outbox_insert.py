"""What does publishing an event add to the transaction that it belongs to?"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from boundaries import publish
from tests.bench.measure import ratio_of
from tests.bench.place import Place
from tests.bench.report import Row
from tests.sample.ledger.models import Account, Entry
from tests.sample.ledger.public import Deposited

TRANSACTIONS = 50


def run(place: Place) -> list[Row]:
    """One insert and an event that somebody listens to, over the insert alone; each commits for itself."""
    account = Account.objects.create(owner="outbox").pk

    def insert(*, is_told: bool) -> None:
        for _ in range(TRANSACTIONS):
            with transaction.atomic():
                Entry.objects.create(account_id=account, amount=1)
                if is_told:
                    publish(Deposited(account_id=account, amount=Decimal(1)))

    ratio = ratio_of(lambda: insert(is_told=True), lambda: insert(is_told=False), rounds=21)
    return [Row("outbox_insert_ratio", ratio, "x", 1.5, "lower", "the bare transaction with one insert")]
