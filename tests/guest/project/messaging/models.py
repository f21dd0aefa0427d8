"""What does the guest's own app `messaging` keep?"""

from django.db import models


class Letter(models.Model):
    """A row of the guest's."""

    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
