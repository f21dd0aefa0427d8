"""What is an amount of money?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

CENT = Decimal("0.01")


class MixedCurrencies(ValueError):
    """Raised when amounts of different currencies would be added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """A decimal amount with its ISO 4217 currency. Amounts of two currencies never mix.

    >>> Money.of("12.5", "EUR") + Money.of("7.50", "EUR")
    Money(amount=Decimal('20.00'), currency='EUR')
    """

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """The amount rounded to cents, halves to even."""
        return cls(Decimal(amount).quantize(CENT), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"

    def times(self, count: int) -> Money:
        """The amount `count` times over."""
        return Money(self.amount * count, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} do not mix")
        return other
