"""How long will the copy and the comparison take?

Guesses from rates that were measured on two shared cores with rows of about 200 bytes; the machine and the
network between the two databases decide. Good for choosing between an hour and a night, not for a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from boundaries.strangler.planning.facts import PlannedTable

_GUESSED = "Estimates from rates measured elsewhere; `rehearse` measures yours."
_MEASURED = "From rates of earlier steps on this database."


@dataclass(frozen=True, slots=True)
class Rates:
    """Rows and bytes per second of the two long steps, and what each table costs besides, in seconds."""

    backfill_rows_per_second: int = 90_000
    verify_rows_per_second: int = 200_000
    bytes_per_second: int = 20_000_000
    seconds_per_table: float = 0.5


def estimate(
    tables: Iterable[PlannedTable], *, rates: Rates | None = None, measured: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Seconds for `replicate` and `verify`, with the rates they were made from.

    `measured` are rates that earlier steps had on this database; they go before the guesses, by their names in `Rates`.
    """
    rates = replace(rates or Rates(), **(measured or {}))
    stored = [table.stored for table in tables if table.stored is not None]
    rows, size = sum(table.rows for table in stored), sum(table.bytes for table in stored)
    fixed = len(stored) * rates.seconds_per_table
    # A measured rate is one of whole rows, bytes included.
    copying = 0.0 if "backfill_rows_per_second" in (measured or {}) else size / rates.bytes_per_second
    comparing = 0.0 if "verify_rows_per_second" in (measured or {}) else size / rates.bytes_per_second
    return {
        "replicate_seconds": round(fixed + max(rows / rates.backfill_rows_per_second, copying), 1),
        "verify_seconds": round(fixed + max(rows / rates.verify_rows_per_second, comparing), 1),
        "rates": asdict(rates),
        "measured": sorted(measured or {}),
        "note": _MEASURED if measured else _GUESSED,
    }
