"""What does notifications do about the news of others?"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.public import BookingCancelled, BookingConfirmed, BookingExpired
from monolith.notifications.local import tell
from monolith.payments.public import PaymentCaptured, PaymentRefunded


@consumer(BookingConfirmed, name="notifications.tell_confirmed")
def tell_confirmed(event: BookingConfirmed, envelope: Envelope) -> None:
    """Your trip is booked."""
    tell(
        traveller_id=event.traveller_id,
        booking_id=event.booking_id,
        subject=f"Trip {event.reference} is booked",
        text=f"{event.summary}. {event.total} is held on your card.",
    )


@consumer(PaymentCaptured, name="notifications.tell_captured")
def tell_captured(event: PaymentCaptured, envelope: Envelope) -> None:
    """Your receipt."""
    tell(
        traveller_id=event.traveller_id,
        booking_id=event.booking_id,
        subject="Your receipt",
        text=f"We have taken {event.amount} from your card. Thank you.",
    )


@consumer(PaymentRefunded, name="notifications.tell_refunded")
def tell_refunded(event: PaymentRefunded, envelope: Envelope) -> None:
    """Your money is on its way."""
    tell(
        traveller_id=event.traveller_id,
        booking_id=event.booking_id,
        subject="Money is on its way back to you",
        text=f"{event.amount} goes back to your card.",
    )


@consumer(BookingCancelled, name="notifications.tell_cancelled")
def tell_cancelled(event: BookingCancelled, envelope: Envelope) -> None:
    """Your trip is cancelled."""
    tell(
        traveller_id=event.traveller_id,
        booking_id=event.booking_id,
        subject=f"Trip {event.reference} is cancelled",
        text="We are sorry that you are not going.",
    )


@consumer(BookingExpired, name="notifications.tell_expired")
def tell_expired(event: BookingExpired, envelope: Envelope) -> None:
    """Your reservation has run out."""
    tell(
        traveller_id=event.traveller_id,
        booking_id=event.booking_id,
        subject=f"Trip {event.reference} was not paid in time",
        text="The reservation has run out; nothing was taken from your card.",
    )
