"""What does Django have to know about catalogue?"""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The app of catalogue; its label is the context's name."""

    name = "monolith.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
