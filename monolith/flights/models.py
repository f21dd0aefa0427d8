"""What does flights keep?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Flight(models.Model):
    """One departure with its seats. `revision` grows with each change of the stock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=8)
    origin = models.CharField(max_length=3)
    destination = models.CharField(max_length=3)
    departs_at = models.DateTimeField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    seats_total = models.PositiveIntegerField()
    seats_left = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["origin", "destination", "departs_at"], name="flights_route")]
        constraints = [
            models.UniqueConstraint(fields=["number", "departs_at"], name="flights_departure_once"),
            models.CheckConstraint(
                condition=Q(seats_left__lte=F("seats_total")), name="flights_seats_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.origin}-{self.destination}"


class SeatReservation(models.Model):
    """The seats of one booking; a released one stays as a mark that the booking may not have seats again."""

    booking_id = models.UUIDField(primary_key=True)
    flight = models.ForeignKey(Flight, on_delete=models.PROTECT, related_name="reservations")
    seats = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    is_released = models.BooleanField(default=False)
    reserved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seats__gt=0), name="flights_seats_positive")]

    def __str__(self) -> str:
        return f"{self.seats} seats"
