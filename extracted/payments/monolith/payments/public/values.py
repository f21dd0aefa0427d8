"""Which values does payments hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from monolith.shared.money import Money


class PaymentState(Enum):
    """Where a payment stands. `REFUNDED` means wholly; a part given back leaves it `CAPTURED`."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of one booking."""

    id: UUID
    booking_id: UUID
    traveller_id: UUID
    state: PaymentState
    amount: Money
    refunded: Money
    card_ending: str
    authorised_at: datetime
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One side of one movement of the ledger; the two sides of a movement add up to nothing."""

    movement: UUID
    kind: str
    account: str
    amount: Money
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class BooksTotal:
    """What the books say in one currency, to be held against the card processor's.

    `captured` and `refunded` are summed from the ledger, `authorised` (everything ever held) and `voided`
    from the payments; `imbalance` is the sum of all ledger entries and must be zero.
    """

    currency: str
    payments: int
    authorised: Money
    voided: Money
    captured: Money
    refunded: Money
    imbalance: Money
