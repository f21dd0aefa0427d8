"""What does Django have to know about storefront?"""

from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """The app of storefront; its label is the context's name."""

    name = "monolith.storefront"
    label = "storefront"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the shop's Celery app the current one in every process, so that its broker is known."""
        from monolith import celery  # noqa: F401  (importing it is enough)
