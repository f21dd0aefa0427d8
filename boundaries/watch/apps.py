"""How does the control room join a Django project?"""

from django.apps import AppConfig, apps


class WatchConfig(AppConfig):
    """The room WATCH."""

    name = "boundaries.watch"
    label = "boundaries_watch"
    verbose_name = "Boundaries: control room"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the facts know of extractions, where the mover is installed; a service has none."""
        if apps.is_installed("boundaries.strangler"):
            from boundaries.watch import facts, journey

            facts.register_extractions(journey.summaries)
