"""What is written about the theatre."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from ticketing.models import Booking


class Note(models.Model):
    """A note about anything."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.BigIntegerField()
    about = GenericForeignKey()


class PressBooking(Booking):
    """A booking for a critic: its row lies in two tables."""

    paper = models.CharField(max_length=50)


class Complimentary(Booking):
    """Bookings that nobody pays for."""

    class Meta:
        proxy = True
