"""How does the mover join a Django project?"""

from django.apps import AppConfig


class StranglerConfig(AppConfig):
    """The room MOVE."""

    name = "boundaries.strangler"
    label = "boundaries_strangler"
    verbose_name = "Boundaries: extractions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard what is moving, and what is leaving, from Django's own commands."""
        from boundaries.strangler import checks, hold
        from boundaries.strangler.leave import checks as leave_checks
        from boundaries.strangler.leave import protection

        # Both register their checks when they are imported.
        _ = checks, leave_checks
        protection.protect(self)
        hold.connect(self)
