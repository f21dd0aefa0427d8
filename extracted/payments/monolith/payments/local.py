"""How does payments do what its door promises?

Each command runs in the transaction of its receipt. The card processor is asked inside it, under a key made
from our own ids, after the row that the movement belongs to is locked: whatever is rolled back or repeated,
the processor moves the money once, and the next attempt finds out about it from the processor's own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils import timezone

from boundaries import publish
from monolith.payments import ledger
from monolith.payments.models import Payment as PaymentRecord
from monolith.payments.models import PaymentRecordState, Refund
from monolith.payments.processor import card_processor
from monolith.payments.public import (
    BooksTotal,
    Payment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentClosed,
    PaymentRefunded,
    PaymentState,
    PaymentUnknown,
    PaymentVoided,
    RefundExceeds,
    StatementLine,
    WrongPaymentState,
)
from monolith.shared.money import Money


class LocalPayments:
    """Answers for `Payments` from the tables of this database."""

    def authorise(self, *, booking_id: UUID, traveller_id: UUID, amount: Money, card: str) -> Payment:
        """Hold the amount, unless it is held already."""
        known = PaymentRecord.objects.filter(booking_id=booking_id).first()
        if known is not None:
            return _as_held(known)
        key = _authorisation_key(booking_id)
        authorisation = card_processor().authorise(key=key, amount=amount, card=card)
        record = PaymentRecord.objects.create(
            booking_id=booking_id,
            traveller_id=traveller_id,
            state=PaymentRecordState.AUTHORISED,
            amount=amount.amount,
            currency=amount.currency,
            card_ending=card[-4:],
            processor_id=authorisation,
        )
        publish(PaymentAuthorised(record.id, booking_id, traveller_id, amount))
        return as_value(record)

    def capture(self, *, payment_id: UUID) -> Payment:
        """Take the held amount."""
        record = _locked(payment_id)
        if record.state == PaymentRecordState.CAPTURED:
            return as_value(record)
        _require(record, PaymentRecordState.AUTHORISED)
        amount = Money(record.amount, record.currency)
        card_processor().capture(record.processor_id, key=f"capture-{record.id}", amount=amount)
        record.state, record.captured_at = PaymentRecordState.CAPTURED, timezone.now()
        record.save(update_fields=["state", "captured_at"])
        ledger.post_capture(record)
        publish(PaymentCaptured(record.id, record.booking_id, record.traveller_id, amount))
        return as_value(record)

    def void(self, *, payment_id: UUID) -> Payment:
        """Let go of the held amount."""
        record = _locked(payment_id)
        if record.state != PaymentRecordState.VOIDED:
            _require(record, PaymentRecordState.AUTHORISED)
            _void(record)
        return as_value(record)

    def refund(self, *, payment_id: UUID, amount: Money, refund_key: str) -> Payment:
        """Give a part of the taken amount back."""
        record = _locked(payment_id)
        if not Refund.objects.filter(payment=record, key=refund_key).exists():
            _require(record, PaymentRecordState.CAPTURED, PaymentRecordState.REFUNDED)
            _refund(record, amount, refund_key)
        return as_value(record)

    def give_back(self, *, payment_id: UUID) -> Payment:
        """Void or refund whatever is left."""
        record = _locked(payment_id)
        _give_back(record)
        return as_value(record)

    def get(self, *, payment_id: UUID) -> Payment:
        """Read one payment."""
        record = PaymentRecord.objects.filter(pk=payment_id).first()
        if record is None:
            raise PaymentUnknown(payment_id=payment_id)
        return as_value(record)

    def for_bookings(self, *, booking_ids: Sequence[UUID]) -> dict[UUID, Payment]:
        """Read the payments of several bookings with one query."""
        records = PaymentRecord.objects.filter(booking_id__in=booking_ids)
        return {record.booking_id: as_value(record) for record in records}

    def statement(self, *, payment_id: UUID) -> list[StatementLine]:
        """Read one payment's ledger."""
        self.get(payment_id=payment_id)
        return ledger.statement_of(payment_id)

    def books(self) -> list[BooksTotal]:
        """Add up the books."""
        return ledger.totals()


def close_for_booking(*, booking_id: UUID, traveller_id: UUID) -> None:
    """Give back whatever a booking that was given up has brought in, and hold nothing for it ever after.

    Without a record of ours the processor may hold something all the same: whoever asked it may have died
    before the commit. Needs a transaction.
    """
    record, is_new = PaymentRecord.objects.select_for_update().get_or_create(
        booking_id=booking_id,
        defaults={
            "traveller_id": traveller_id,
            "state": PaymentRecordState.VOIDED,
            "amount": 0,
            "currency": "EUR",
            "closed_at": timezone.now(),
        },
    )
    if is_new:
        card_processor().cancel(key=_authorisation_key(booking_id))
    else:
        _give_back(record)


def as_value(record: PaymentRecord) -> Payment:
    """The record as other contexts see it."""
    return Payment(
        id=record.id,
        booking_id=record.booking_id,
        traveller_id=record.traveller_id,
        state=PaymentState(record.state),
        amount=Money.of(record.amount, record.currency),
        refunded=Money.of(record.refunded, record.currency),
        card_ending=record.card_ending,
        authorised_at=record.authorised_at,
        captured_at=record.captured_at,
    )


def _authorisation_key(booking_id: UUID) -> str:
    return f"authorise-{booking_id}"


def _locked(payment_id: UUID) -> PaymentRecord:
    record = PaymentRecord.objects.select_for_update().filter(pk=payment_id).first()
    if record is None:
        raise PaymentUnknown(payment_id=payment_id)
    return record


def _require(record: PaymentRecord, *states: PaymentRecordState) -> None:
    if record.state not in states:
        raise WrongPaymentState(payment_id=record.id, state=record.state)


def _as_held(record: PaymentRecord) -> Payment:
    if record.state == PaymentRecordState.VOIDED:
        raise PaymentClosed(booking_id=record.booking_id)
    return as_value(record)


def _give_back(record: PaymentRecord) -> None:
    if record.state == PaymentRecordState.AUTHORISED:
        _void(record)
    elif record.state == PaymentRecordState.CAPTURED:
        _refund(record, Money(record.amount - record.refunded, record.currency), "give-back")


def _void(record: PaymentRecord) -> None:
    card_processor().void(record.processor_id, key=f"void-{record.id}")
    record.state, record.closed_at = PaymentRecordState.VOIDED, timezone.now()
    record.save(update_fields=["state", "closed_at"])
    amount = Money(record.amount, record.currency)
    publish(PaymentVoided(record.id, record.booking_id, record.traveller_id, amount))


def _refund(record: PaymentRecord, amount: Money, key: str) -> None:
    left = Money(record.amount - record.refunded, record.currency)
    if amount.currency != left.currency or not Decimal(0) < amount.amount <= left.amount:
        raise RefundExceeds(refundable=left)
    processor_id = card_processor().refund(
        record.processor_id, key=f"refund-{record.id}-{key}", amount=amount
    )
    refund = Refund.objects.create(
        id=uuid4(),
        payment=record,
        key=key,
        amount=amount.amount,
        currency=amount.currency,
        processor_id=processor_id,
    )
    record.refunded += amount.amount
    if record.refunded == record.amount:
        record.state, record.closed_at = PaymentRecordState.REFUNDED, timezone.now()
    record.save(update_fields=["refunded", "state", "closed_at"])
    ledger.post_refund(record, refund_id=refund.id, amount=amount.amount)
    publish(PaymentRefunded(record.id, record.booking_id, record.traveller_id, refund.id, amount))
