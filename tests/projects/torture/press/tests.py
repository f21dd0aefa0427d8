"""The press office and its bookings."""

from ticketing.models import Booking

from press.models import PressBooking


def test_a_critic_has_a_booking():
    assert issubclass(PressBooking, Booking)
