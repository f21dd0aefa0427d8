"""How does money move in the books?

Every movement is two entries that add up to nothing: card clearing against booking sales. A capture adds to
card clearing, a refund takes from it. The unique constraint on (movement, account) keeps a movement from
being posted twice.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from monolith.payments.models import LedgerAccount, LedgerEntry, LedgerKind, Payment, PaymentRecordState
from monolith.payments.public import BooksTotal, StatementLine
from monolith.shared.money import Money

_CLEARING = Q(account=LedgerAccount.CARD_CLEARING)


def post_capture(payment: Payment) -> None:
    """Enter that the whole amount of a payment was taken."""
    _post(payment, movement=payment.id, kind=LedgerKind.CAPTURE, into_clearing=payment.amount)


def post_refund(payment: Payment, *, refund_id: UUID, amount: Decimal) -> None:
    """Enter that `amount` was given back."""
    _post(payment, movement=refund_id, kind=LedgerKind.REFUND, into_clearing=-amount)


def statement_of(payment_id: UUID) -> list[StatementLine]:
    """The entries of one payment, oldest first."""
    return [
        StatementLine(
            movement=entry.movement,
            kind=entry.kind,
            account=entry.account,
            amount=Money(entry.amount, entry.currency),
            recorded_at=entry.recorded_at,
        )
        for entry in LedgerEntry.objects.filter(payment_id=payment_id).order_by(
            "recorded_at", "movement", "account"
        )
    ]


def totals() -> list[BooksTotal]:
    """The books per currency, from two passes over the tables."""
    moved = {row["currency"]: row for row in _ledger_sums()}
    return [_total(row, moved.get(row["currency"], {})) for row in _payment_sums()]


def _post(payment: Payment, *, movement: UUID, kind: LedgerKind, into_clearing: Decimal) -> None:
    now = timezone.now()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            payment=payment,
            movement=movement,
            kind=kind,
            account=account,
            amount=amount,
            currency=payment.currency,
            recorded_at=now,
        )
        for account, amount in (
            (LedgerAccount.CARD_CLEARING, into_clearing),
            (LedgerAccount.BOOKING_SALES, -into_clearing),
        )
    )


def _ledger_sums():
    zero = Decimal("0.00")
    return LedgerEntry.objects.values("currency").annotate(
        captured=Coalesce(Sum("amount", filter=_CLEARING & Q(kind=LedgerKind.CAPTURE)), zero),
        refunded=Coalesce(Sum("amount", filter=_CLEARING & Q(kind=LedgerKind.REFUND)), zero),
        imbalance=Sum("amount"),
    )


def _payment_sums():
    return (
        Payment.objects.filter(processor_id__isnull=False)
        .values("currency")
        .annotate(
            payments=Count("id"),
            authorised=Sum("amount"),
            voided=Coalesce(Sum("amount", filter=Q(state=PaymentRecordState.VOIDED)), Decimal("0.00")),
        )
        .order_by("currency")
    )


def _total(held: dict, moved: dict) -> BooksTotal:
    currency = held["currency"]
    return BooksTotal(
        currency=currency,
        payments=held["payments"],
        authorised=Money.of(held["authorised"], currency),
        voided=Money.of(held["voided"], currency),
        captured=Money.of(moved.get("captured", 0), currency),
        refunded=Money.of(-moved.get("refunded", 0), currency),
        imbalance=Money.of(moved.get("imbalance", 0), currency),
    )
