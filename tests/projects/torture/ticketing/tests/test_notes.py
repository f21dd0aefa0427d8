"""Bookings with notes of the press."""

from press.models import Note

from ticketing.models import Booking


def test_a_note_is_about_a_booking():
    assert Note(about=Booking()).object_id is None
