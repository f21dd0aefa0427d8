"""A rehearsal that never took place: measurements as a good run would give them, and ways to spoil them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from boundaries.strangler.rehearsal.journal import Journal, Request, read_journal
from boundaries.strangler.rehearsal.measurement import (
    Audit,
    Backfill,
    Departure,
    Load,
    Measurements,
    Shadow,
    StepTaken,
    Switch,
    Verification,
)

START = 1_700_000_000.0
STEPS = (
    ("plan", 2.0, 1.4),
    ("scaffold", 4.0, 1.1),
    ("provision", 6.0, 3.2),
    ("replicate", 10.0, 31.0),
    ("verify", 42.0, 6.4),
    ("shadow", 49.0, 14.0),
    ("switch-reads", 64.0, 4.0),
    ("switch-writes", 80.0, 0.6),
    ("rollback", 100.0, 0.5),
    ("switch-writes", 120.0, 0.6),
    ("complete", 130.0, 0.9),
)
SWITCHES = (("switch", 80.3), ("rollback", 100.2), ("switch", 120.3))
LENGTH, RATE = 135.0, 40.0


def a_line(due: float, latency_ms: float, **more: Any) -> dict[str, Any]:
    """One request of a journal; `due` counts from the start."""
    line = {"line": "request", "name": "pay", "write": True, "failed": False, "acknowledged": True, **more}
    return {**line, "due": START + due, "ended": START + due + latency_ms / 1000, "latency_ms": latency_ms}


def lines(*, seed: int = 1, gate_ms: float = 90.0) -> list[dict[str, Any]]:
    """A quiet run of two minutes; writers wait `gate_ms` at the switches at most."""
    chance = random.Random(seed)
    requests = []
    due = 0.3
    while due < LENGTH:
        due += chance.expovariate(RATE)
        is_write = chance.random() < 0.3
        latency = chance.lognormvariate(2.6 if is_write else 2.0, 0.5)
        opened = [at + gate_ms / 1000 for _, at in SWITCHES if at < due < at + gate_ms / 1000]
        if is_write and opened:
            latency += (opened[0] - due) * 1000
        name = chance.choice(["book", "pay", "refund"]) if is_write else "search"
        requests.append(a_line(due, round(latency, 2), name=name, write=is_write, acknowledged=is_write))
    start, end = {"line": "start", "at": START}, {"line": "end", "at": START + LENGTH + 1}
    return [start, *sorted(requests, key=lambda line: line["ended"]), end]


def journal_of(folder: Path, written: Sequence[dict[str, Any]]) -> Journal:
    """What is read when these lines are a load's journal."""
    path = folder / "journal.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in written))
    return read_journal(path)


def a_good_run(journal: Journal, *, gate_ms: float = 90.0) -> Measurements:
    """Everything as it must be."""
    told = sum(request.acknowledged for request in journal.requests)
    return Measurements(
        context="payments",
        steps=tuple(
            StepTaken(name=name, started_at=START + at, seconds=seconds, result="ok")
            for name, at, seconds in STEPS
        ),
        switches=tuple(
            Switch(kind=kind, asked_at=START + at, opened_at=START + at + gate_ms / 1000)
            for kind, at in SWITCHES
        ),
        journal=journal,
        load=Load(capacity_local_rps=70.0, capacity_remote_rps=60.0, offered_rps=40.0),
        backfill=Backfill(rows=301_244, seconds=12.5),
        verification=Verification(rows_compared=903_732, differences=0),
        shadow=Shadow(calls=412, mismatches=0),
        soak_seconds_required=0.0,
        departure=Departure(files_deleted=11, tables_retired=("fines_fine",), left_behind=()),
        audit=Audit(acknowledged=told, lost=0, duplicated=0, is_money_conserved=True),
        facts={"Bookings": "100,000", "Cores": "2", "PostgreSQL": "18.4", "Python": "3.11.7"},
    )


def with_requests(run: Measurements, *more: Request) -> Measurements:
    """The same run with more requests in its journal."""
    requests = sorted([*run.journal.requests, *more], key=lambda request: request.ended)
    return replace(run, journal=replace(run.journal, requests=requests))
