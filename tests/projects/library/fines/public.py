"""The door of the cash office."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from boundaries import DomainError, Facade, command, event, query


@dataclass(frozen=True, slots=True)
class Fine:
    id: int
    loan_id: int
    reader: int
    amount: Decimal
    paid: Decimal


class FineUnknown(DomainError, code="fines.unknown"):
    problem = "There is no fine {fine_id}."
    fine_id: int


class Overpaid(DomainError, code="fines.overpaid"):
    problem = "Only {open} is still to be paid."
    open: Decimal


@event("fines.fine_settled", version=1, key="fine_id")
@dataclass(frozen=True, slots=True)
class FineSettled:
    fine_id: int
    loan_id: int


class Fines(Facade, context="fines", version="1"):
    """What readers owe for bringing books back late."""

    @command()
    def charge(self, *, loan_id: int, reader: int, amount: Decimal) -> Fine:
        """Ask for an amount, once for each loan."""

    @command(raises=[FineUnknown, Overpaid])
    def pay(self, *, fine_id: int, amount: Decimal) -> Fine:
        """Take in a payment."""

    @query()
    def for_loans(self, *, loan_ids: Sequence[int]) -> dict[int, Fine]:
        """The fines of these loans, by loan."""

    @query()
    def owed_by(self, *, reader: int) -> Decimal:
        """What a reader has still to pay."""
