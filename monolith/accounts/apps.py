"""What does Django have to know about accounts?"""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app of accounts; its label is the context's name."""

    name = "monolith.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
