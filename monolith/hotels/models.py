"""What does hotels keep?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Hotel(models.Model):
    """A house in one of the shop's cities."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    city = models.CharField(max_length=3, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "city"], name="hotels_name_once")]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A kind of room of one hotel; how many there are is a matter of each night."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "name"], name="hotels_room_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.hotel}"


class RoomNight(models.Model):
    """The stock of one kind of room in one night. `revision` grows with each change."""

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="nights")
    night = models.DateField()
    rooms_total = models.PositiveIntegerField()
    rooms_left = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "night"], name="hotels_night_once"),
            models.CheckConstraint(
                condition=Q(rooms_left__lte=F("rooms_total")), name="hotels_rooms_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night}: {self.rooms_left}"


class RoomReservation(models.Model):
    """The room of one booking; a released one stays as a mark that the booking may not have a room again."""

    booking_id = models.UUIDField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="reservations")
    first_night = models.DateField()
    nights = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    is_released = models.BooleanField(default=False)
    reserved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(nights__gt=0), name="hotels_nights_positive")]

    def __str__(self) -> str:
        return f"{self.nights} nights from {self.first_night}"
