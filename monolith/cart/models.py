"""What does the cart keep?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from boundaries import Reference


class CartRecord(models.Model):
    """The one trip that a traveller is putting together."""

    traveller_id = models.UUIDField(primary_key=True)
    flight = Reference("flights.Flight", to_type=models.UUIDField(), db_index=False)
    room = Reference("hotels.Room", to_type=models.UUIDField(), null=True, db_index=False)
    day = models.DateField()
    nights = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "cart"
        constraints = [models.CheckConstraint(condition=Q(nights__gt=0), name="cart_nights_positive")]

    def __str__(self) -> str:
        return f"{self.day}, {self.nights} nights"
