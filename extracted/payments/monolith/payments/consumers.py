"""What does payments do about the news of others?"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.public import BookingExpired, BookingFailed
from monolith.payments.local import close_for_booking


@consumer(BookingExpired, name="payments.let_go_of_expired")
def let_go_of_expired(event: BookingExpired, envelope: Envelope) -> None:
    """Give back what a booking that was not paid in time has brought in, be it paid in the last moment."""
    close_for_booking(booking_id=event.booking_id, traveller_id=event.traveller_id)


@consumer(BookingFailed, name="payments.let_go_of_failed")
def let_go_of_failed(event: BookingFailed, envelope: Envelope) -> None:
    """Void what a checkout may have held whose answer nobody heard, and refuse what is still to come."""
    close_for_booking(booking_id=event.booking_id, traveller_id=event.traveller_id)
