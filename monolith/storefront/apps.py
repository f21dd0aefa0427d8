"""What does Django have to know about storefront?"""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """The app of storefront; its label is the context's name."""

    name = "monolith.storefront"
    label = "storefront"
    default_auto_field = "django.db.models.BigAutoField"
