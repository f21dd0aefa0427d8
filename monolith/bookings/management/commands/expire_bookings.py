"""Which bookings were not paid in time?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from monolith.bookings.public import Bookings


class Command(BaseCommand):
    """Let go of what unpaid bookings keep; run it every few minutes."""

    help = "Expire reserved bookings that were not paid in time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long a booking may stay unpaid, and how many to expire at most."""
        parser.add_argument("--older-than-hours", type=int, default=24)
        parser.add_argument("--limit", type=int, default=500)

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask the door, and say how many."""
        count = Bookings.expire(older_than_hours=options["older_than_hours"], limit=options["limit"])
        self.stdout.write(f"{count} bookings expired")
