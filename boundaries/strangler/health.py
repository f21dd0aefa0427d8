"""Is everything alive and fresh that the next step relies on?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import urllib3

from boundaries.strangler.continuous import outstanding, say_outstanding
from boundaries.strangler.flow import Both
from boundaries.strangler.gate import Gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.postgres import capture, latch
from boundaries.strangler.step import Move


def follower_gate(move: Move) -> Gate:
    """`boundaries follow` has said within the last five seconds that it works on this context."""
    now = _now(move)
    silent, error = now.silent_seconds, now.follower.get("error")
    if silent is None:
        figure = "it has never reported"
    elif silent < 0:
        figure = f"its last report is {-silent:.1f} s ahead of the database's clock"
    else:
        figure = f"last heard {silent:.1f} s ago"
    return Gate(
        "the follower is running", now.is_followed, f"{figure}, with the error: {error}" if error else figure,
        "Start `boundaries follow` under your process supervisor and leave it running.",
    )  # fmt: skip


def verify_gate(move: Move) -> Gate:
    """The last verify found nothing, nor has the follower since then."""
    now = _now(move)
    facts = now.facts.get("verify")
    if not facts:
        return Gate(
            "the last verify was clean",
            False,
            "there was none",
            f"Run `boundaries extract {move.name} verify`.",
        )
    since = outstanding(now.follower.get("verify", {}), verified_at=facts.get("at", 0.0))
    if since.differences:
        return Gate(
            "the last verify was clean", False, f"it was, but the follower has found {say_outstanding(since)} since then",
            f"Run `boundaries extract {move.name} verify` and look at what it names.",
        )  # fmt: skip
    found = facts.get("differences", 0) + len(facts.get("schema_differences", []))
    return Gate(
        "the last verify was clean", found == 0, f"{found} differences in {facts.get('rows_compared', 0)} rows",
        f"Run `boundaries extract {move.name} verify` and look at what it names.",
    )  # fmt: skip


def resync_gate(both: Both) -> Gate:
    """No table of the side that owns the writes has to be copied again; one that has makes a comparison say nothing."""
    owner = both.owner() or "monolith"
    source = both.connection(owner)
    waiting = [table.name for table in latch.marked(source, both.context, both.tables(owner))]
    waiting += [name for name in capture.whole_tables(source, both.context) if name not in waiting]
    told = Extraction.objects.filter(pk=both.context).values_list("follower", flat=True).first() or {}
    return Gate(
        "no table waits to be copied again", not waiting, say_resync(waiting, told.get("resync")) or "none",
        "Keep `boundaries follow` running and wait until it has copied them: the log had no room for their changes.",
    )  # fmt: skip


def say_resync(tables: Sequence[str], under_way: dict[str, Any] | None) -> str:
    """The tables that are to be compared and copied again, and how far the follower is."""
    if under_way:
        tables = list(dict.fromkeys([*under_way["tables"], *tables]))
        return f"{', '.join(tables)}: {under_way['rows']:,} rows of {under_way['table']} are compared"
    return ", ".join(tables)


def service_gate(move: Move) -> Gate:
    """The service answers on /healthz."""
    remedy = "Start the service (its README says how) and set the address that the map names."
    service = move.context.service
    if service is None or not service.url:
        return Gate("the service answers", False, "the map names no address", remedy)
    url = service.resolve_url().rstrip("/") + "/healthz"
    try:
        status = urllib3.request("GET", url, timeout=3.0, retries=False).status
    except urllib3.exceptions.HTTPError as error:
        return Gate("the service answers", False, f"{url}: {type(error).__name__}", remedy)
    return Gate("the service answers", status == 200, f"{url}: {status}", remedy)


def _now(move: Move) -> Extraction:
    """The stored state as it is at this moment: the follower reports into it."""
    return Extraction.objects.timed().filter(pk=move.name).first() or Extraction(context=move.name)
