"""What does hotels do about the news of others?"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.bookings.public import BookingCancelled, BookingExpired
from monolith.hotels.local import release_room


@consumer(BookingCancelled, BookingExpired, name="hotels.release_room")
def release(event: BookingCancelled | BookingExpired, envelope: Envelope) -> None:
    """Put the room of a booking that is over back on sale."""
    release_room(event.booking_id)
