"""Does `make rehearse`, in small, come out green when all is well, and red when it is not?"""

from __future__ import annotations

from pathlib import Path

import pytest

from .rehearsing import rehearse

pytestmark = [pytest.mark.nightly, pytest.mark.alone, pytest.mark.timeout(600)]

KEYS = [
    "ok",
    "requests.total",
    "requests.failed",
    "requests.p50_ms",
    "requests.p99_ms",
    "load.capacity_rps",
    "load.offered_rps",
    "writes.acknowledged",
    "writes.lost",
    "writes.duplicated",
    *(f"write_pause_ms.{kind}.{figure}" for kind in ("switch", "rollback") for figure in ("p50", "p99", "max")),
    "write_pause_ms.switch.baseline_ms",
    "write_pause_ms.rollback.baseline_ms",
    "backfill.rows",
    "backfill.rows_per_second",
    "verify.rows_compared",
    "verify.differences",
    "shadow.calls",
    "shadow.mismatches",
]  # fmt: skip
JOURNEY = [
    "plan", "scaffold", "provision", "replicate", "verify", "shadow", "switch-reads", "switch-reads",
    "switch-writes", "rollback", "switch-writes", "verify", "complete",
]  # fmt: skip

AUDIT = (
    'audit = "python -m tests.monolith_journeys.trouble dropped-commit --journal {journal} --processor {processor}'
    " --bookings-database {monolith_database} --payments-database {owner_database} --json"
    '"'
)
STALL = """processes = ["python -m tests.monolith_journeys.trouble stall","""


def test_a_small_rehearsal_is_green(tmp_path: Path) -> None:
    rehearsed = rehearse(tmp_path)

    assert (rehearsed.code, rehearsed.red) == (0, set()), rehearsed.output[-3000:]
    assert [step["name"] for step in rehearsed.report["steps"]] == JOURNEY
    assert {step["result"] for step in rehearsed.report["steps"]} == {"ok"}
    assert all(step["seconds"] >= 0 for step in rehearsed.report["steps"])
    figures = {key: rehearsed.figure(key) for key in KEYS}
    assert all(value is not None for value in figures.values()), figures
    for key in (
        "requests.failed",
        "writes.lost",
        "writes.duplicated",
        "verify.differences",
        "shadow.mismatches",
    ):
        assert figures[key] == 0
    for key in (
        "requests.total",
        "writes.acknowledged",
        "backfill.rows",
        "verify.rows_compared",
        "shadow.calls",
    ):
        assert figures[key] > 0
    assert 0.6 <= figures["load.offered_rps"] / figures["load.capacity_rps"] <= 0.75
    assert (tmp_path / "checkout" / "var" / "rehearsal" / "report.html").exists()


def test_a_dropped_commit_turns_it_red(tmp_path: Path) -> None:
    rehearsed = rehearse(tmp_path, audit=AUDIT)

    assert (rehearsed.code, rehearsed.figure("ok")) == (1, False)
    assert rehearsed.figure("writes.lost") >= 1, rehearsed.output[-3000:]
    assert "nothing_lost" in rehearsed.red


def test_a_stall_of_one_second_turns_it_red(tmp_path: Path) -> None:
    rehearsed = rehearse(tmp_path, processes=STALL)

    assert (rehearsed.code, rehearsed.figure("ok")) == (1, False)
    assert "no_stall" in rehearsed.red
