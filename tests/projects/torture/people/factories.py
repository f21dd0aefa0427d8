"""Test data inside the package."""

from ticketing.models import Booking

from people.models import Card


def make_card(visitor):
    """A card for a booking."""
    return Card(visitor=visitor, booking=Booking(visitor=visitor))
