"""How do the facades join a Django project?"""

from django.apps import AppConfig


class FacadesConfig(AppConfig):
    """The room CALL."""

    name = "boundaries.facades"
    label = "boundaries_facades"
    verbose_name = "Boundaries: facades"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which rows of the receipts move with a context, and register the checks."""
        from boundaries.contexts.table import register_shared_tables
        from boundaries.facades import checks, replay_checks  # noqa: F401  (register themselves)
        from boundaries.facades.receipt import receipt_rows

        register_shared_tables(receipt_rows)
