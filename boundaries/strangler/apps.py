"""How does the mover join a Django project?"""

from django.apps import AppConfig


class StranglerConfig(AppConfig):
    """The room MOVE."""

    name = "boundaries.strangler"
    label = "boundaries_strangler"
    verbose_name = "Boundaries: extractions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard what is leaving from Django's own commands."""
        from boundaries.strangler.leave import checks, protection  # noqa: F401  (registers its checks)

        protection.protect(self)
