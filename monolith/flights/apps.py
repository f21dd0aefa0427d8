"""What does Django have to know about flights?"""

from django.apps import AppConfig


class FlightsConfig(AppConfig):
    """The app of flights; its label is the context's name."""

    name = "monolith.flights"
    label = "flights"
    default_auto_field = "django.db.models.BigAutoField"
