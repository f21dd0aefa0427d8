"""How do the contexts join a Django project?"""

from django.apps import AppConfig


class ContextsConfig(AppConfig):
    """The room DECLARE; hosts the one management command and checks the kit's settings at start-up."""

    name = "boundaries.contexts"
    label = "boundaries_contexts"
    verbose_name = "Boundaries: contexts"

    def ready(self) -> None:
        """Refuse unknown settings before anything else runs."""
        from boundaries.conf import check_names

        check_names()
        from boundaries.contexts import checks  # noqa: F401  (registers itself)
