"""The end of the day."""

from django.core.management.base import BaseCommand

from ticketing.tasks import close


class Command(BaseCommand):
    """Closes the box office."""

    def handle(self, *_args, **_options):
        """Ask for it."""
        close.delay()
