"""How does an empty shop get believable travellers, flights, rooms and bookings?"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monolith.seed import fill


class Command(BaseCommand):
    """Fills the shop; the same seed and first day give the same rows."""

    help = "Fill an empty shop with travellers, flights, rooms and bookings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, and which."""
        parser.add_argument("--bookings", type=int, default=1_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--days", type=int, default=90, help="how far ahead flights and rooms are on sale"
        )
        parser.add_argument(
            "--first-day", type=date.fromisoformat, default=None, help="the seed's today (default: today)"
        )
        parser.add_argument(
            "--flush", action="store_true", help="empty the shop's tables first; the owner may"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and say what there is now and how long it took."""
        if not options["flush"] and fill.is_filled():
            raise CommandError("The shop is not empty. Add --flush to empty its tables first.")
        started = time.monotonic()
        try:
            counts = fill.fill(
                bookings=options["bookings"],
                seed=options["seed"],
                first_day=options["first_day"] or timezone.now().date(),
                days_ahead=options["days"],
                flush=options["flush"],
            )
        except fill.NotTheOwner as error:
            raise CommandError(f"{error}. Run it as the owner of the tables.") from error
        for table, count in counts.items():
            self.stdout.write(f"{table:32} {count:>10,}")
        seconds = time.monotonic() - started
        self.stdout.write(self.style.SUCCESS(f"{sum(counts.values()):,} rows in {seconds:.1f} s"))
