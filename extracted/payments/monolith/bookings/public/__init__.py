"""The door of bookings."""

from monolith.bookings.public.errors import BookingUnknown, MixedTrip, WrongBookingState
from monolith.bookings.public.events import BookingCancelled, BookingConfirmed, BookingExpired, BookingFailed
from monolith.bookings.public.facade import Bookings
from monolith.bookings.public.values import BookingState, Refusal, Stay, Trip

__all__ = [
    "BookingCancelled",
    "BookingConfirmed",
    "BookingExpired",
    "BookingFailed",
    "BookingState",
    "BookingUnknown",
    "Bookings",
    "MixedTrip",
    "Refusal",
    "Stay",
    "Trip",
    "WrongBookingState",
]
