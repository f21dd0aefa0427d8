"""What does bookings keep?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from boundaries import Reference


class BookingRecordState(models.TextChoices):
    """The states of `public.BookingState`, as the database knows them."""

    PENDING = "pending"
    RESERVED = "reserved"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


class Booking(models.Model):
    """One trip of one traveller, with what was agreed when it was booked.

    `refusal_*` say why the last thing that was asked for did not happen. Flight, room and payment belong to
    other contexts: they are references.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=8, unique=True)
    traveller_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=BookingRecordState)
    flight = Reference("flights.Flight", to_type=models.UUIDField(), db_index=False)
    flight_number = models.CharField(max_length=8, blank=True)
    origin = models.CharField(max_length=3, blank=True)
    destination = models.CharField(max_length=3, blank=True)
    departs_at = models.DateTimeField(null=True)
    room = Reference("hotels.Room", to_type=models.UUIDField(), null=True, db_index=False)
    hotel_name = models.CharField(max_length=80, blank=True)
    room_name = models.CharField(max_length=80, blank=True)
    first_night = models.DateField()
    nights = models.PositiveSmallIntegerField()
    travellers = models.JSONField(default=list)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    payment = Reference("payments.Payment", to_type=models.UUIDField(), null=True)
    refusal_code = models.CharField(max_length=60, blank=True)
    refusal_text = models.CharField(max_length=300, blank=True)
    booked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["traveller_id", "-booked_at"], name="bookings_of_traveller"),
            models.Index(fields=["booked_at"], condition=Q(state="reserved"), name="bookings_unpaid"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BookingRecordState.values), name="bookings_state_known"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="bookings_total_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, {self.state}"
