"""How fast were earlier steps on this database, of this context or another one?"""

from __future__ import annotations

from django.db import DatabaseError

from boundaries.strangler.models import StepRun

# Fewer rows say more about connections than about rows.
_FEWEST_ROWS = 10_000
_RATES = (
    ("backfill_rows_per_second", "replicate", "rows"),
    ("verify_rows_per_second", "verify", "rows_compared"),
)


def measured_rates() -> dict[str, int]:
    """Rows per second of the newest run of each long step that had enough rows, by their names in `Rates`."""
    found = {}
    for rate, step, counted in _RATES:
        try:
            runs = list(
                StepRun.objects.filter(step=step, result=StepRun.Result.OK).order_by("-started_at")[:10]
            )
        except DatabaseError:
            return {}
        for run in runs:
            rows, seconds = run.figures.get(counted) or 0, run.figures.get("seconds") or 0
            if rows >= _FEWEST_ROWS and seconds:
                found[rate] = max(1, round(rows / seconds))
                break
    return found
