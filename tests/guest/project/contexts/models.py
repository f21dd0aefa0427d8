"""What does the guest's own app `contexts` keep?"""

from django.db import models


class Court(models.Model):
    """A row of the guest's."""

    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
