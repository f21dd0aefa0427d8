"""What does notifications keep?"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class Channel(models.TextChoices):
    """How a traveller is told; `QUIET` is written down only."""

    EMAIL = "email"
    TEXT = "text"
    QUIET = "quiet"


class Preference(models.Model):
    """How a traveller wants to be told."""

    traveller_id = models.UUIDField(primary_key=True)
    by_email = models.BooleanField(default=True)
    by_text = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"e-mail {self.by_email}, text {self.by_text}"


class Notification(models.Model):
    """Something that a traveller was told about a booking. History: added, never altered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    traveller_id = models.UUIDField()
    booking_id = models.UUIDField()
    channel = models.CharField(max_length=5, choices=Channel)
    subject = models.CharField(max_length=120)
    text = models.TextField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["traveller_id", "-told_at"], name="notifications_of_traveller")]

    def __str__(self) -> str:
        return self.subject
