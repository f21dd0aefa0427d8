"""What does bookings do about the news of others?

It asked for all of this itself; the news settle what nobody heard the answer of.
"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.sagas import close, mark_paid
from monolith.payments.public import PaymentCaptured, PaymentVoided


@consumer(PaymentCaptured, name="bookings.settle_captured")
def settle_captured(event: PaymentCaptured, envelope: Envelope) -> None:
    """The money was taken: a reserved booking is paid."""
    mark_paid(event.booking_id)


@consumer(PaymentVoided, name="bookings.settle_voided")
def settle_voided(event: PaymentVoided, envelope: Envelope) -> None:
    """The money was let go of: a booking that still stands does not any more."""
    close(event.booking_id)
