"""How does payments say no?"""

from uuid import UUID

from boundaries import DomainError
from monolith.shared.money import Money


class CardDeclined(DomainError, code="payments.card_declined"):
    """Raised when the card processor does not authorise the amount."""

    problem = "The card was declined: {reason}."
    reason: str


class PaymentUnknown(DomainError, code="payments.unknown"):
    """Raised when there is no such payment."""

    problem = "There is no payment {payment_id}."
    payment_id: UUID


class PaymentClosed(DomainError, code="payments.closed"):
    """Raised when a booking was given up and its money may not be asked for any more."""

    problem = "Booking {booking_id} was given up; nothing can be authorised for it."
    booking_id: UUID


class WrongPaymentState(DomainError, code="payments.wrong_state"):
    """Raised when a payment is not in the state that the command needs."""

    problem = "The payment is {state}."
    payment_id: UUID
    state: str


class RefundExceeds(DomainError, code="payments.refund_exceeds"):
    """Raised when more would be given back than is left of the captured amount."""

    problem = "At most {refundable} can still be refunded."
    refundable: Money


class ProcessorRefused(DomainError, code="payments.processor_refused"):
    """Raised when the card processor's own books do not permit the movement."""

    problem = "The card processor refused: {reason}."
    reason: str
