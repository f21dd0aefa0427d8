"""The door of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from boundaries import DomainError, Facade, command, event, ignoring, query


@dataclass(frozen=True, slots=True)
class Account:
    id: UUID
    owner: str
    balance: Decimal
    checked_at: datetime

    @property
    def label(self) -> str:
        return self.owner


class Overdrawn(DomainError, code="ledger.overdrawn"):
    problem = "The balance of {balance} does not cover it."
    balance: Decimal


@event("ledger.deposited", version=1, key="account_id")
@dataclass(frozen=True, slots=True)
class Deposited:
    account_id: UUID
    amount: Decimal


class Ledger(Facade, context="ledger", version="1"):
    """Accounts and their balances."""

    @command()
    def open_account(self, *, owner: str) -> UUID: ...

    @command()
    def deposit(self, *, account_id: UUID, amount: Decimal) -> Decimal: ...

    @command(raises=[Overdrawn])
    def withdraw(self, *, account_id: UUID, amount: Decimal) -> Decimal: ...

    @query(compare=ignoring("checked_at"), resolves="ledger.Account")
    def accounts(self, *, account_ids: Sequence[UUID]) -> dict[UUID, Account]: ...

    @query(finds="ledger.Account")
    def find_accounts(self, *, text: str, limit: int) -> dict[UUID, str]: ...
