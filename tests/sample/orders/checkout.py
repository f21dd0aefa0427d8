"""Code of orders that calls the ledger in and outside of its own transactions."""

from django.db import transaction

from tests.sample.ledger.public import Ledger
from tests.sample.orders.models import Order


def buy(*, number, account_id, amount):
    """Write an order and a ledger entry together: what ends when the ledger leaves."""
    with transaction.atomic():
        Order.objects.create(number=number)
        Ledger.deposit(account_id=account_id, amount=amount)


def buy_in_two_steps(*, number, account_id, amount):
    """Write the order, then ask the ledger."""
    Order.objects.create(number=number)
    Ledger.deposit(account_id=account_id, amount=amount)


def buy_after_commit(*, number, account_id, amount):
    """Write the order, and ask the ledger when that is certain."""
    with transaction.atomic():
        Order.objects.create(number=number)
        transaction.on_commit(lambda: Ledger.deposit(account_id=account_id, amount=amount))
