"""What does accounts keep?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Traveller(models.Model):
    """The person behind a user of Django's own authentication; the id is what other contexts know."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="traveller")
    name = models.CharField(max_length=120)
    joined_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
