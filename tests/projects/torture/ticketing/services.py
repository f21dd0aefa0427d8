"""What the box office does."""

from django.conf import settings
from django.core import signing
from django.core.cache import cache

from ticketing.models import Booking
from ticketing.receivers import booked


def book(visitor, performance):
    """Hold seats."""
    booking = Booking.objects.create(visitor=visitor, performance=performance, price=10)
    cache.set(f"ticketing:left:{performance.pk}", 0, settings.TICKETING_HOLD_MINUTES * 60)
    booked.send(sender=Booking, booking=booking)
    return booking


def link_for(booking):
    """An address that only its receiver can open."""
    return signing.dumps(booking.pk)
