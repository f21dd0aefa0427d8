"""How is an audit made?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from monolith.traffic.audit.comparison import compare
from monolith.traffic.audit.processor import read_authorisations, read_books
from monolith.traffic.audit.rows import read_rows
from monolith.traffic.audit.told import read_stories
from monolith.traffic.journal import read_lines

PAUSE_SECONDS = 0.5


def run_audit(
    *, journal: Path, processor: str, bookings_url: str, payments_url: str, settle_seconds: float = 0.0
) -> dict[str, Any]:
    """Read everything and compare it, again and again until all agrees or `settle_seconds` are over.

    Some effects follow their cause by events, so that a moment after the last answer a few are still under way.
    """
    end = time.monotonic() + settle_seconds
    while True:
        verdict = compare(
            told=read_stories(read_lines(journal)),
            rows=read_rows(bookings_url=bookings_url, payments_url=payments_url),
            authorisations=read_authorisations(processor),
            books=read_books(processor),
        )
        if not verdict["discrepancies"] or time.monotonic() >= end:
            return verdict
        time.sleep(PAUSE_SECONDS)
