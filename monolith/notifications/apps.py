"""What does Django have to know about notifications?"""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The app of notifications; its label is the context's name."""

    name = "monolith.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
