"""What every app of the theatre inherits."""

from django.conf import settings
from django.db import models


class Stamped(models.Model):
    """A row that knows who changed it."""

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="%(app_label)s_%(class)s_changed",
    )

    class Meta:
        abstract = True
