"""The guest's own command `doctor`."""

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Says who it is."""

    def handle(self, *args: object, **options: object) -> None:
        """Print one line."""
        self.stdout.write("the guest's own doctor")
