"""Does harm that was really done reach the report, through driver, journal, audit and all?"""

from __future__ import annotations

import signal
import time
from dataclasses import replace

import pytest

from boundaries.strangler.rehearsal.journal import Journal, read_journal
from boundaries.strangler.rehearsal.measurement import Audit, Measurements, StepTaken, Switch
from boundaries.strangler.rehearsal.report import build_report
from monolith.traffic.audit.run import run_audit
from tests.rehearsal.run import STEPS, a_good_run

from .shop import Shop
from .traffic import Traffic
from .world import World


def red(measured: Measurements) -> set[str]:
    """The checks that are not good; none that a short run cannot meet anyway."""
    out_of_reach = {"load_heavy_enough", "pauses_short"}
    return {check["name"] for check in build_report(measured)["checks"] if not check["ok"]} - out_of_reach


def rehearsed(journal: Journal) -> Measurements:
    """A whole journey within the time of this journal, and nothing wrong with it but what the journal says."""
    assert journal.started_at
    steps = [
        StepTaken(name=name, started_at=journal.started_at + 0.001, seconds=0.001, result="ok")
        for name, _, _ in STEPS
    ]
    return replace(a_good_run(journal), steps=steps)


class TestADroppedCommit:
    @pytest.fixture
    def journal(self, world: World) -> Journal:
        world.a_quiet_day()
        world.write({"line": "end", "at": time.time()})
        return read_journal_of(world)

    def test_turns_the_report_red(self, world: World, journal: Journal) -> None:
        world.db.execute("DELETE FROM payments_refund WHERE amount = 12")

        assert {"nothing_lost", "money_conserved"} <= red(audited(world, journal))

    def test_is_what_turned_it_red(self, world: World, journal: Journal) -> None:
        assert red(audited(world, journal)) == set()


class TestAStallOfOneSecond:
    def test_at_the_switch_turns_the_report_red(self, traffic: Traffic, shop: Shop) -> None:
        process = traffic.start("--rate", 100, "--mix", "pay=1,refund=1")
        traffic.wait_for_requests()
        asked_at, opened_at = shop.stall(1.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        journal = read_journal(traffic.journal)
        switches = [
            Switch(kind=kind, asked_at=asked_at, opened_at=opened_at)
            for kind in ("switch", "rollback", "switch")
        ]
        measured = replace(rehearsed(journal), switches=switches)

        assert red(measured) == {"no_stall"}
        pause = build_report(measured)["write_pause_ms"]["switch"]
        assert pause["max"] > 900


def read_journal_of(world: World) -> Journal:
    return read_journal(world.journal)


def audited(world: World, journal: Journal) -> Measurements:
    verdict = run_audit(
        journal=world.journal, processor=world.processor.url, bookings_url=world.url, payments_url=world.url
    )
    return replace(rehearsed(journal), audit=Audit.from_json(verdict))
