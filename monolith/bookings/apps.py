"""What does Django have to know about bookings?"""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """The app of bookings; its label is the context's name."""

    name = "monolith.bookings"
    label = "bookings"
    default_auto_field = "django.db.models.BigAutoField"
