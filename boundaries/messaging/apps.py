"""How does the messaging join a Django project?"""

import sys

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """The room TELL."""

    name = "boundaries.messaging"
    label = "boundaries_messaging"
    verbose_name = "Boundaries: messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which rows move with a context, then import every context's consumers and sagas, and follow deletions."""
        from boundaries.contexts.table import register_shared_tables
        from boundaries.messaging import checks  # noqa: F401  (registers itself)
        from boundaries.messaging.deletion import follow_deletions
        from boundaries.messaging.discovery import autodiscover
        from boundaries.messaging.shared import messaging_rows

        register_shared_tables(messaging_rows)
        autodiscover()
        follow_deletions()
        if "celery" in sys.modules:
            from boundaries.messaging import tasks  # noqa: F401  (registers itself)
