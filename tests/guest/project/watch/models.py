"""What does the guest's own app `watch` keep?"""

from django.db import models


class Clock(models.Model):
    """A row of the guest's."""

    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
