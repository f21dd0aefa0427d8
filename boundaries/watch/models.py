"""What does the control room store? Nothing: it has a name in the admin, and a permission to look."""

from django.db import models


class ControlRoom(models.Model):
    """Stands for the control room in the admin's index and permissions; has no table."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = "control room"
        verbose_name_plural = "control room"

    def __str__(self) -> str:
        return "control room"
