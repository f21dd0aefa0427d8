"""What may another context ask of payments?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from boundaries import Facade, command, query
from monolith.payments.public.errors import (
    CardDeclined,
    PaymentClosed,
    PaymentUnknown,
    ProcessorRefused,
    RefundExceeds,
    WrongPaymentState,
)
from monolith.payments.public.values import BooksTotal, Payment, StatementLine
from monolith.shared.money import Money


class Payments(Facade, context="payments", version="1"):
    """Holds, takes and gives back the money of bookings. A booking has at most one payment."""

    @command(idempotent=True, timeout=3.0, raises=[CardDeclined, PaymentClosed])
    def authorise(self, *, booking_id: UUID, traveller_id: UUID, amount: Money, card: str) -> Payment:
        """Hold `amount` on the card; asked again for the same booking, the same payment is the answer.

        `card` is the card processor's token of a card, not its number.
        """

    @command(idempotent=True, timeout=3.0, raises=[PaymentUnknown, WrongPaymentState, ProcessorRefused])
    def capture(self, *, payment_id: UUID) -> Payment:
        """Take the held amount; a captured payment stays as it is."""

    @command(idempotent=True, timeout=3.0, raises=[PaymentUnknown, WrongPaymentState, ProcessorRefused])
    def void(self, *, payment_id: UUID) -> Payment:
        """Let go of the held amount; a voided payment stays as it is."""

    @command(
        idempotent=True,
        timeout=3.0,
        raises=[PaymentUnknown, WrongPaymentState, RefundExceeds, ProcessorRefused],
    )
    def refund(self, *, payment_id: UUID, amount: Money, refund_key: str) -> Payment:
        """Give a part back, or all that is left; the same `refund_key` gives it back once."""

    @command(idempotent=True, timeout=3.0, raises=[PaymentUnknown, ProcessorRefused])
    def give_back(self, *, payment_id: UUID) -> Payment:
        """Void what is held or refund what is left of what was taken, whichever it is by now."""

    @query(raises=[PaymentUnknown])
    def get(self, *, payment_id: UUID) -> Payment:
        """One payment."""

    @query()
    def for_bookings(self, *, booking_ids: Sequence[UUID]) -> dict[UUID, Payment]:
        """The payments of these bookings; those without one are absent."""

    @query(raises=[PaymentUnknown])
    def statement(self, *, payment_id: UUID) -> list[StatementLine]:
        """The ledger of one payment, oldest first."""

    @query(timeout=10.0)
    def books(self) -> list[BooksTotal]:
        """Totals of the whole ledger per currency, for audits."""
