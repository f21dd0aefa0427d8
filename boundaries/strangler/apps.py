"""How does the mover join a Django project?"""

from django.apps import AppConfig


class StranglerConfig(AppConfig):
    """The room MOVE."""

    name = "boundaries.strangler"
    label = "boundaries_strangler"
    verbose_name = "Boundaries: extractions"
    default_auto_field = "django.db.models.BigAutoField"
