"""What does Django have to know about payments?"""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The app of payments; its label is the context's name."""

    name = "monolith.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
