"""The door of payments: what other contexts may ask, and what they are told."""

from monolith.payments.public.errors import (
    CardDeclined,
    PaymentClosed,
    PaymentUnknown,
    ProcessorRefused,
    RefundExceeds,
    WrongPaymentState,
)
from monolith.payments.public.events import PaymentAuthorised, PaymentCaptured, PaymentRefunded, PaymentVoided
from monolith.payments.public.facade import Payments
from monolith.payments.public.values import BooksTotal, Payment, PaymentState, StatementLine

__all__ = [
    "BooksTotal",
    "CardDeclined",
    "Payment",
    "PaymentAuthorised",
    "PaymentCaptured",
    "PaymentClosed",
    "PaymentRefunded",
    "PaymentState",
    "PaymentUnknown",
    "PaymentVoided",
    "Payments",
    "ProcessorRefused",
    "RefundExceeds",
    "StatementLine",
    "WrongPaymentState",
]
