"""What does Django have to know about cart?"""

from django.apps import AppConfig


class CartConfig(AppConfig):
    """The app of cart; its label is the context's name."""

    name = "monolith.cart"
    label = "cart"
    default_auto_field = "django.db.models.BigAutoField"
