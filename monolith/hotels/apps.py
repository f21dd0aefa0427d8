"""What does Django have to know about hotels?"""

from django.apps import AppConfig


class HotelsConfig(AppConfig):
    """The app of hotels; its label is the context's name."""

    name = "monolith.hotels"
    label = "hotels"
    default_auto_field = "django.db.models.BigAutoField"
