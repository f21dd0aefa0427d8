"""What does the rehearsal leave behind?  `report.json` for machines, `report.html` for people."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from boundaries.strangler.rehearsal.check import achieved_rps, check_all, failing
from boundaries.strangler.rehearsal.measurement import Measurements, Switch
from boundaries.strangler.rehearsal.page import render
from boundaries.strangler.rehearsal.pause import Pause, latencies, longest_stall_ms
from boundaries.strangler.rehearsal.timeline import origin_of, seconds_of


def write_report(folder: Path, measured: Measurements) -> dict[str, Any]:
    """Write `report.json` and `report.html` into `folder`, made when missing; the answer is the former."""
    report = build_report(measured)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render(report, measured), encoding="utf-8")
    return report


def build_report(measured: Measurements) -> dict[str, Any]:
    """All figures and the verdict; figures that were not measured are None."""
    checks = check_all(measured)
    return {
        "ok": all(check.ok for check in checks),
        "context": measured.context,
        "problems": list(failing(checks)),
        "checks": [{"name": c.name, "ok": c.ok, "sentence": c.sentence} for c in checks],
        "requests": _requests(measured),
        "load": _load(measured),
        "writes": _writes(measured),
        "money": _money(measured),
        "write_pause_ms": _pauses(measured),
        "backfill": _backfill(measured),
        "verify": _verify(measured),
        "shadow": _shadow(measured),
        "steps": [
            {"name": s.name, "seconds": round(s.seconds, 3), "result": s.result, "detail": s.detail}
            for s in measured.steps
        ],
        "complete": _complete(measured),
        "marks": _marks(measured),
        "timeline": [second.as_dict() for second in seconds_of(measured.journal)],
        "facts": dict(measured.facts),
    }


def _requests(measured: Measurements) -> dict[str, Any]:
    requests = measured.journal.requests
    figures = latencies(requests)
    return {
        "total": len(requests),
        "failed": sum(request.failed for request in requests),
        "failures": dict(Counter(request.failure or "failed" for request in requests if request.failed)),
        "p50_ms": figures.p50,
        "p99_ms": figures.p99,
        "max_ms": figures.max,
        "longest_stall_ms": longest_stall_ms(requests),
        "longest_write_stall_ms": longest_stall_ms(measured.journal.writes),
    }


def _load(measured: Measurements) -> dict[str, Any]:
    load = measured.load
    return {
        "capacity_rps": load and load.capacity_rps,
        "capacity_local_rps": load and load.capacity_local_rps,
        "capacity_remote_rps": load and load.capacity_remote_rps,
        "offered_rps": load and load.offered_rps,
        "achieved_rps": achieved_rps(measured),
    }


def _writes(measured: Measurements) -> dict[str, Any]:
    audit = measured.audit
    return {
        "acknowledged": audit and audit.acknowledged,
        "lost": audit and audit.lost,
        "duplicated": audit and audit.duplicated,
        "unknown": audit and audit.unknown,
    }


def _money(measured: Measurements) -> dict[str, Any]:
    audit = measured.audit
    return {
        "conserved": audit and audit.is_money_conserved,
        "discrepancies": list(audit.discrepancies) if audit else [],
    }


def _pauses(measured: Measurements) -> dict[str, Any]:
    """The worst pause of each kind, and all of them."""
    worst = {kind: measured.worst_pause(kind) for kind in ("switch", "rollback")}
    every = [pair for kind in worst for pair in measured.pauses(kind)]
    return {
        **{kind: pair and _pause(*pair) for kind, pair in worst.items()},
        "all": [_pause(*pair) for pair in sorted(every, key=lambda pair: pair[0].asked_at)],
    }


def _pause(switch: Switch, pause: Pause) -> dict[str, Any]:
    return {
        **pause.during.as_dict(),
        "baseline_ms": pause.baseline.max,
        "baseline": pause.baseline.as_dict(),
        "excess_ms": round(pause.excess_ms, 2),
        "requests": pause.during.count,
        "baseline_requests": pause.baseline.count,
        "kind": switch.kind,
        "closed_ms": round((switch.opened_at - switch.asked_at) * 1000, 2),
    }


def _backfill(measured: Measurements) -> dict[str, Any]:
    backfill = measured.backfill
    if backfill is None:
        return {"rows": None, "seconds": None, "rows_per_second": None}
    rate = round(backfill.rows / backfill.seconds) if backfill.seconds > 0 else None
    return {"rows": backfill.rows, "seconds": round(backfill.seconds, 3), "rows_per_second": rate}


def _verify(measured: Measurements) -> dict[str, Any]:
    verification = measured.verification
    return {
        "rows_compared": verification and verification.rows_compared,
        "differences": verification and verification.differences,
    }


def _shadow(measured: Measurements) -> dict[str, Any]:
    shadow = measured.shadow
    return {"calls": shadow and shadow.calls, "mismatches": shadow and shadow.mismatches}


def _complete(measured: Measurements) -> dict[str, Any]:
    departure = measured.departure
    return {
        "soak_seconds_required": measured.soak_seconds_required,
        "files_deleted": departure and departure.files_deleted,
        "tables_retired": list(departure.tables_retired) if departure else [],
        "left_behind": list(departure.left_behind) if departure else [],
    }


def _marks(measured: Measurements) -> list[dict[str, Any]]:
    """Where the steps and the switches are on the timeline, in seconds from its start."""
    origin = origin_of(measured.journal)
    steps = [
        {
            "mark": "step",
            "name": s.name,
            "from": round(s.started_at - origin, 3),
            "to": round(s.started_at - origin + s.seconds, 3),
            "result": s.result,
        }
        for s in measured.steps
    ]
    switches = [
        {
            "mark": "gate",
            "name": s.kind,
            "from": round(s.asked_at - origin, 3),
            "to": round(s.opened_at - origin, 3),
        }
        for s in measured.switches
    ]
    return steps + switches
