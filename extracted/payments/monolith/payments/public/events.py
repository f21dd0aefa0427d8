"""What does payments tell the others?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from boundaries import event
from monolith.shared.money import Money


@event("payments.payment_authorised", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class PaymentAuthorised:
    """An amount is held on a card."""

    payment_id: UUID
    booking_id: UUID
    traveller_id: UUID
    amount: Money


@event("payments.payment_captured", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class PaymentCaptured:
    """The held amount was taken."""

    payment_id: UUID
    booking_id: UUID
    traveller_id: UUID
    amount: Money


@event("payments.payment_voided", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class PaymentVoided:
    """The held amount was let go."""

    payment_id: UUID
    booking_id: UUID
    traveller_id: UUID
    amount: Money


@event("payments.payment_refunded", version=1, key="booking_id")
@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """A part of the taken amount, or all of it, was given back."""

    payment_id: UUID
    booking_id: UUID
    traveller_id: UUID
    refund_id: UUID
    amount: Money
