"""What does the cart do about the news of others?"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.public import BookingConfirmed
from monolith.cart.models import CartRecord


@consumer(BookingConfirmed, name="cart.empty_after_booking")
def empty_after_booking(event: BookingConfirmed, envelope: Envelope) -> None:
    """What was booked is no longer about to be booked; what was chosen since then stays."""
    CartRecord.objects.filter(traveller_id=event.traveller_id, changed_at__lt=envelope.occurred_at).delete()
