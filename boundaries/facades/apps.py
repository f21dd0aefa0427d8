"""How do the facades join a Django project?"""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class FacadesConfig(AppConfig):
    """The room CALL."""

    name = "boundaries.facades"
    label = "boundaries_facades"
    verbose_name = "Boundaries: facades"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which rows of the receipts move with a context, and register the checks."""
        from boundaries.contexts.table import register_shared_tables
        from boundaries.facades import (  # noqa: F401  (register themselves)
            checks,
            replay_checks,
            way_back_checks,
        )
        from boundaries.facades.receipt import receipt_rows

        register_shared_tables(receipt_rows)
        pre_migrate.connect(_refuse_wrong_side, sender=self, dispatch_uid="boundaries_refuse_wrong_side")
        post_migrate.connect(_claim, sender=self, dispatch_uid="boundaries_claim_side")


def _refuse_wrong_side(*, using: str, **_kwargs: Any) -> None:
    """Run no migration of one deployable on the database of another."""
    from django.core.management import CommandError

    from boundaries.conf import setting
    from boundaries.facades import side

    if using == setting("DATABASE") and side.is_claimed():
        try:
            side.require_side()
        except side.WrongSide as refusal:
            # The form in which Django shows one line and no traceback.
            raise CommandError(refusal.render(), returncode=2) from refusal


def _claim(*, using: str, **_kwargs: Any) -> None:
    """Write down whose database this is; a service's one begins closed, since the monolith owns the writes."""
    from boundaries.conf import setting
    from boundaries.facades import side

    if using == setting("DATABASE") and side.is_claimed(table_only=True):
        side.claim_side()
