"""What does flights do about the news of others?"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.public import BookingCancelled, BookingExpired
from monolith.flights.local import release_seats


@consumer(BookingCancelled, BookingExpired, name="flights.release_seats")
def release(event: BookingCancelled | BookingExpired, envelope: Envelope) -> None:
    """Put the seats of a booking that is over back on sale."""
    release_seats(event.booking_id)
