"""What does the catalogue keep? Copies of what flights and hotels sell, shaped for searching."""

from __future__ import annotations

from django.db import models


class FlightEntry(models.Model):
    """A departure; `revision` is that of the newest stock heard of."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=8)
    origin = models.CharField(max_length=3)
    destination = models.CharField(max_length=3)
    departs_at = models.DateTimeField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    seats_left = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "flight entries"
        indexes = [models.Index(fields=["origin", "destination", "departs_at"], name="catalogue_route")]

    def __str__(self) -> str:
        return f"{self.number} {self.origin}-{self.destination}"


class RoomEntry(models.Model):
    """A kind of room."""

    id = models.UUIDField(primary_key=True)
    hotel = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    city = models.CharField(max_length=3, db_index=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)

    class Meta:
        verbose_name_plural = "room entries"

    def __str__(self) -> str:
        return f"{self.name}, {self.hotel}"


class NightEntry(models.Model):
    """The stock of one night; `revision` is that of the newest stock heard of."""

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey(RoomEntry, on_delete=models.CASCADE, related_name="nights")
    night = models.DateField()
    rooms_left = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "night entries"
        constraints = [models.UniqueConstraint(fields=["room", "night"], name="catalogue_night_once")]

    def __str__(self) -> str:
        return f"{self.night}: {self.rooms_left}"
