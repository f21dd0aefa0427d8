"""How long will the copy and the comparison take?

Guesses from rates that were measured on two shared cores with rows of about 200 bytes; the machine and the
network between the two databases decide. Good for choosing between an hour and a night, not for a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from boundaries.strangler.planning.facts import PlannedTable


@dataclass(frozen=True, slots=True)
class Rates:
    """Rows and bytes per second of the two long steps, and what each table costs besides, in seconds."""

    backfill_rows_per_second: int = 90_000
    verify_rows_per_second: int = 200_000
    bytes_per_second: int = 20_000_000
    seconds_per_table: float = 0.5


def estimate(tables: Iterable[PlannedTable], *, rates: Rates | None = None) -> dict[str, Any]:
    """Seconds for `replicate` and `verify`, with the rates they were made from."""
    rates = rates or Rates()
    stored = [table.stored for table in tables if table.stored is not None]
    rows, size = sum(table.rows for table in stored), sum(table.bytes for table in stored)
    fixed = len(stored) * rates.seconds_per_table
    return {
        "replicate_seconds": round(
            fixed + max(rows / rates.backfill_rows_per_second, size / rates.bytes_per_second), 1
        ),
        "verify_seconds": round(
            fixed + max(rows / rates.verify_rows_per_second, size / rates.bytes_per_second), 1
        ),
        "rates": asdict(rates),
        "note": "Estimates from rates measured elsewhere; `rehearse` measures yours.",
    }
