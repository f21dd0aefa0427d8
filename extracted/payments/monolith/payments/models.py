"""What does payments keep?

A payment is the state of one booking's money; the ledger is its history, two entries per movement that add
up to nothing, never altered. Holding an amount moves no money, so only captures and refunds are in the
ledger.
"""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class PaymentRecordState(models.TextChoices):
    """The states of `public.PaymentState`, as the database knows them."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"


class LedgerAccount(models.TextChoices):
    """Where money is: with the card processor on its way to us, or earned by bookings."""

    CARD_CLEARING = "card_clearing"
    BOOKING_SALES = "booking_sales"


class LedgerKind(models.TextChoices):
    """Why money moved."""

    CAPTURE = "capture"
    REFUND = "refund"


class Payment(models.Model):
    """The money of one booking.

    A booking that was given up before it had any has a voided payment of nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    booking_id = models.UUIDField(unique=True)
    traveller_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=PaymentRecordState)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    refunded = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    card_ending = models.CharField(max_length=4, blank=True)
    processor_id = models.CharField(max_length=64, null=True, unique=True)
    authorised_at = models.DateTimeField(default=timezone.now)
    captured_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["traveller_id", "-authorised_at"], name="payments_of_traveller"),
            models.Index(fields=["authorised_at"], condition=Q(state="authorised"), name="payments_held"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PaymentRecordState.values), name="payments_state_known"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")),
                name="payments_refunded_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded=0) | Q(state__in=["captured", "refunded"]),
                name="payments_refunded_after_capture",
            ),
            models.CheckConstraint(
                condition=Q(captured_at__isnull=False) | Q(state__in=["authorised", "voided"]),
                name="payments_capture_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.state}"


class Refund(models.Model):
    """One part of a captured payment that was given back; its key keeps it from happening twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    processor_id = models.CharField(max_length=64)
    refunded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "key"], name="payments_refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} back"


class LedgerIsHistory(TypeError):
    """Raised by code that tries to alter or delete what the ledger says; post a new movement instead."""


class LedgerEntries(models.QuerySet["LedgerEntry"]):
    """Entries can be added and read; nothing else."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse: the ledger is history."""
        raise LedgerIsHistory("ledger entries are never altered")

    def delete(self) -> NoReturn:
        """Refuse: the ledger is history."""
        raise LedgerIsHistory("ledger entries are never deleted")


class LedgerEntry(models.Model):
    """One side of one movement. `movement` is the payment's id for a capture, the refund's for a refund."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    movement = models.UUIDField()
    kind = models.CharField(max_length=8, choices=LedgerKind)
    account = models.CharField(max_length=16, choices=LedgerAccount)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = LedgerEntries.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["movement", "account"], name="payments_movement_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payments_entry_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry.

        :raises LedgerIsHistory: when it is there already.
        """
        if not self._state.adding:
            raise LedgerIsHistory("ledger entries are never altered")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the ledger is history."""
        raise LedgerIsHistory("ledger entries are never deleted")
