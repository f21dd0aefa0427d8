"""What does the staff see of payments? History: money is moved by commands, never by editing a row."""

from django.contrib import admin

from monolith.payments.models import LedgerEntry, Payment, Refund
from monolith.shared.admin import HistoryAdmin, HistoryInline


class LedgerInline(HistoryInline):
    """The ledger of one payment."""

    model = LedgerEntry
    fields = ["recorded_at", "kind", "account", "amount", "currency"]
    ordering = ["recorded_at", "account"]


class RefundInline(HistoryInline):
    """What was given back of one payment."""

    model = Refund
    fields = ["refunded_at", "amount", "currency", "key"]


@admin.register(Payment)
class PaymentAdmin(HistoryAdmin):
    """Payments with their ledger."""

    list_display = ["id", "booking_id", "state", "amount", "refunded", "currency", "authorised_at"]
    list_filter = ["state", "currency"]
    search_fields = ["=id", "=booking_id", "=processor_id"]
    inlines = [LedgerInline, RefundInline]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(HistoryAdmin):
    """The ledger."""

    list_display = ["id", "recorded_at", "kind", "account", "amount", "currency", "payment_id"]
    list_filter = ["kind", "account", "currency"]
    ordering = ["-id"]
