"""Who comes to the theatre."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Visitor(AbstractUser):
    """The user model."""


class Card(models.Model):
    """A loyalty card, given with a booking."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE)
    booking = models.OneToOneField("ticketing.Booking", on_delete=models.SET_NULL, null=True)
