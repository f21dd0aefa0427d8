from django.db import models
from django.utils import timezone

from boundaries import publish
from tests.sample.ledger.models import Account, Entry
from tests.sample.ledger.public import Account as AccountValue
from tests.sample.ledger.public import Deposited, Overdrawn


class LocalLedger:
    def open_account(self, *, owner):
        return Account.objects.create(owner=owner).pk

    def deposit(self, *, account_id, amount):
        publish(Deposited(account_id=account_id, amount=amount))
        return self._add(account_id, amount)

    def withdraw(self, *, account_id, amount):
        balance = self._add(account_id, -amount)
        if balance < 0:
            raise Overdrawn(balance=balance + amount)
        return balance

    def accounts(self, *, account_ids):
        now = timezone.now()
        return {
            row.pk: AccountValue(id=row.pk, owner=row.owner, balance=row.balance, checked_at=now)
            for row in Account.objects.filter(pk__in=account_ids).order_by("pk")
        }

    def find_accounts(self, *, text, limit):
        return dict(Account.objects.filter(owner__icontains=text).values_list("pk", "owner")[:limit])

    @staticmethod
    def _add(account_id, amount):
        Entry.objects.create(account_id=account_id, amount=amount)
        Account.objects.filter(pk=account_id).update(balance=models.F("balance") + amount)
        return Account.objects.values_list("balance", flat=True).get(pk=account_id)
