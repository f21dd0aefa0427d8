"""The app of the box office."""

from django.apps import AppConfig


class TicketingConfig(AppConfig):
    """Connects its receivers."""

    name = "ticketing"

    def ready(self):
        """Import them."""
        from ticketing import receivers  # noqa: F401
