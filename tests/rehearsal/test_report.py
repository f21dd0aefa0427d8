"""Is the report green exactly when everything was good, and does it say in words what was not?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from boundaries.strangler.rehearsal.check import CHECKS
from boundaries.strangler.rehearsal.journal import Journal, Request
from boundaries.strangler.rehearsal.measurement import Audit, AuditUnreadable, Measurements
from boundaries.strangler.rehearsal.report import build_report, write_report

from .run import LENGTH, START, a_good_run, a_line, journal_of, lines, with_requests

Spoil = Callable[[Measurements], Measurements]


def audited(**changes: Any) -> Spoil:
    return lambda run: replace(run, audit=replace(run.audit, **changes))  # type: ignore[type-var]


def part(name: str, **changes: Any) -> Spoil:
    return lambda run: replace(run, **{name: replace(getattr(run, name), **changes)})


def without(name: str) -> Spoil:
    return lambda run: replace(run, **{name: None})


def with_request(**changes: Any) -> Spoil:
    request = Request("pay", True, START + 50, START + 50.01, 10.0, False)
    return lambda run: with_requests(run, replace(request, **changes))


def without_step(number: int) -> Spoil:
    return lambda run: replace(run, steps=[step for index, step in enumerate(run.steps) if index != number])


def with_step(number: int, **changes: Any) -> Spoil:
    return lambda run: replace(
        run,
        steps=[replace(step, **changes) if index == number else step for index, step in enumerate(run.steps)],
    )


RED: dict[str, tuple[str, Spoil, str]] = {
    "a 503": ("no_failed_request", with_request(failed=True, failure="5xx"), "1 request failed (pay: 5xx)"),
    "no load": ("no_failed_request", lambda run: replace(run, journal=Journal()), "no requests"),
    "a lost write": ("nothing_lost", audited(lost=1), "1 acknowledged write of"),
    "no audit": ("nothing_lost", without("audit"), "Nobody looked"),
    "another audit": ("nothing_lost", with_request(acknowledged=True), "the load was told of"),
    "an act done twice": ("nothing_duplicated", audited(duplicated=2), "2 writes happened twice"),
    "a cent too much": ("money_conserved", audited(is_money_conserved=False), "not conserved"),
    "a discrepancy": (
        "nothing_disagrees",
        audited(discrepancies=["A seat too many.", "A room too few."]),
        "found 2 things, the first: A seat too many.",
    ),
    "a different row": ("copy_verified", part("verification", differences=1), "1 of 903,732 rows differs"),
    "nothing compared": ("copy_verified", part("verification", rows_compared=0), "No rows were compared"),
    "nothing copied": ("copy_verified", without("backfill"), "No rows were copied"),
    "a mismatch": ("answers_agree", part("shadow", mismatches=1), "1 of 412 calls"),
    "no shadow calls": ("answers_agree", part("shadow", calls=0), "No calls"),
    "a long pause": (
        "pauses_short",
        with_request(due=START + 80.3, ended=START + 80.7, latency_ms=400.0),
        "ms longer than before it (400 against",
    ),
    "an unmeasured pause": ("pauses_short", lambda run: replace(run, switches=run.switches[:1]), "Not all"),
    "nobody writing": ("pauses_short", lambda run: replace(run, journal=reads_of(run)), "Nobody was writing"),
    "one switch only": ("whole_journey", without_step(9), "switch-writes was not reached"),
    "no rollback": ("whole_journey", without_step(8), "rollback was not reached"),
    "a refused step": (
        "whole_journey",
        with_step(4, result="refused", detail="lag_rows is 9,000."),
        "verify refused: lag_rows is 9,000",
    ),
    "a failed step": ("whole_journey", with_step(0, result="failed"), "plan failed"),
    "a late load": ("load_all_along", with_step(0, started_at=START - 1), "before the first step"),
    "a short load": ("load_all_along", with_step(9, seconds=LENGTH), "until after the last"),
    "a killed load": ("load_all_along", part("journal", ended_at=None), "did not say"),
    "too light a load": ("load_heavy_enough", part("load", capacity_remote_rps=68.0), "59% of the capacity"),
    "too heavy a load": ("load_heavy_enough", part("load", capacity_local_rps=53.0), "75% of the capacity"),
    "a load that lags": (
        "load_heavy_enough",
        part("load", offered_rps=60.0, capacity_local_rps=90.0, capacity_remote_rps=90.0),
        "of the 60.0 requests",
    ),
    "no capacity": ("load_heavy_enough", without("load"), "was not measured"),
    "no completion": ("stands_alone", without("soak_seconds_required"), "was not completed"),
    "code that stayed": ("stands_alone", without("departure"), "The code was not taken out"),
    "a trigger that stayed": (
        "stands_alone",
        part("departure", left_behind=("boundaries_gate_fines_dml",)),
        "is left: boundaries_gate_fines_dml",
    ),
}


def reads_of(run: Measurements) -> Journal:
    return replace(
        run.journal, requests=[request for request in run.journal.requests if not request.is_write]
    )


class TestAGoodRun:
    def test_is_green(self, run: Measurements) -> None:
        report = build_report(run)

        assert (report["ok"], report["problems"]) == (True, [])
        assert "after a soak time of 0 s, which only a rehearsal may have" in report["checks"][-1]["sentence"]

    def test_has_every_figure_that_was_promised(self, run: Measurements, tmp_path: Path) -> None:
        write_report(tmp_path / "var" / "rehearsal", run)
        report = json.loads((tmp_path / "var" / "rehearsal" / "report.json").read_text())

        told = sum(request.acknowledged for request in run.journal.requests)
        assert report["requests"]["total"] == len(run.journal.requests)
        assert report["requests"]["failed"] == 0
        assert 0 < report["requests"]["p50_ms"] < report["requests"]["p99_ms"]
        assert (report["load"]["capacity_rps"], report["load"]["offered_rps"]) == (60.0, 40.0)
        assert (report["load"]["capacity_local_rps"], report["load"]["capacity_remote_rps"]) == (70.0, 60.0)
        assert report["writes"] == {"acknowledged": told, "lost": 0, "duplicated": 0, "unknown": 0}
        for kind in ("switch", "rollback"):
            pause = report["write_pause_ms"][kind]
            assert 0 < pause["p50"] <= pause["p99"] <= pause["max"]
            before = pause["baseline"]
            assert 0 < before["p50"] <= before["p99"] <= before["max"] == pause["baseline_ms"]
        assert report["backfill"] == {"rows": 301_244, "seconds": 12.5, "rows_per_second": 24_100}
        assert report["verify"] == {"rows_compared": 903_732, "differences": 0}
        assert report["shadow"] == {"calls": 412, "mismatches": 0}
        assert [step["name"] for step in report["steps"]].count("switch-writes") == 2
        assert all(set(step) >= {"name", "seconds", "result"} for step in report["steps"])

    def test_tells_the_worse_of_both_switches(self, run: Measurements) -> None:
        report = build_report(with_request(due=START + 120.4, ended=START + 120.6, latency_ms=200.0)(run))

        assert report["write_pause_ms"]["switch"]["max"] == 200.0
        assert [pause["kind"] for pause in report["write_pause_ms"]["all"]] == [
            "switch",
            "rollback",
            "switch",
        ]

    def test_is_told_second_by_second(self, run: Measurements) -> None:
        timeline = build_report(run)["timeline"]

        assert [second["at"] for second in timeline] == list(range(len(timeline)))
        assert sum(second["rps"] for second in timeline) == len(run.journal.requests)
        assert all(second["p50"] <= second["p99"] for second in timeline)


class TestARedLine:
    @pytest.mark.parametrize(("check", "spoil", "words"), RED.values(), ids=RED)
    def test_is_said_in_words(self, run: Measurements, check: str, spoil: Spoil, words: str) -> None:
        report = build_report(spoil(run))

        said = {line["name"]: line["sentence"] for line in report["checks"] if not line["ok"]}
        assert report["ok"] is False
        assert words in said[check]
        assert said[check] in report["problems"]

    def test_can_be_provoked_for_every_check(self) -> None:
        assert {check for check, _, _ in RED.values()} | {"no_stall"} == {check.__name__ for check in CHECKS}

    def test_comes_from_a_second_in_which_nobody_was_answered(self, tmp_path: Path) -> None:
        report = build_report(a_good_run(journal_of(tmp_path, stalled(lines(), since=60, until=61))))

        assert report["problems"] == [
            f"For {report['requests']['longest_stall_ms']:,.0f} ms nobody got an answer."
        ]

    def test_comes_from_a_second_in_which_no_writer_was_answered(self, tmp_path: Path) -> None:
        written = stalled(lines(), since=60, until=61, only_writes=True)
        report = build_report(a_good_run(journal_of(tmp_path, written)))

        assert len(report["problems"]) == 1
        assert "no writer got an answer" in report["problems"][0]

    def test_comes_from_a_second_at_the_switch(self, tmp_path: Path) -> None:
        written = stalled(lines(), since=80.3, until=81.3, only_writes=True)
        report = build_report(a_good_run(journal_of(tmp_path, written), gate_ms=1000))

        assert {line["name"] for line in report["checks"] if not line["ok"]} == {"pauses_short", "no_stall"}


class TestNothing:
    def test_measured_is_red_and_still_a_report(self, tmp_path: Path) -> None:
        report = write_report(tmp_path, Measurements(context="payments"))

        assert report["ok"] is False
        assert not any(line["ok"] for line in report["checks"])
        assert report["writes"]["lost"] is None
        assert "things went wrong" in (tmp_path / "report.html").read_text()


class TestThePage:
    @pytest.fixture
    def page(self, run: Measurements, tmp_path: Path) -> str:
        write_report(tmp_path, run)
        return (tmp_path / "report.html").read_text()

    def test_asks_nothing_of_the_network_and_runs_no_script(self, page: str) -> None:
        assert "<script" not in page
        assert not re.search(r"""(src|href)=|url\(|@import""", page)

    def test_is_well_formed(self, page: str) -> None:
        reader = Reader()
        reader.feed(page)

        assert reader.open == []
        assert reader.seen.count("svg") == 4

    def test_shows_the_verdict_and_the_steps(self, page: str) -> None:
        assert "Nobody noticed" in page
        assert page.count("switch-writes") >= 4

    def test_says_what_went_wrong(self, run: Measurements, tmp_path: Path) -> None:
        spoilt = audited(lost=3, discrepancies=["Booking <b>1</b> is gone."])(run)
        write_report(tmp_path, spoilt)
        page = (tmp_path / "report.html").read_text()

        assert '<header class="bad">' in page
        assert "3 acknowledged writes" in page
        assert "Booking &lt;b&gt;1&lt;/b&gt; is gone." in page

    def test_can_show_a_load_of_one_request(self, tmp_path: Path) -> None:
        run = a_good_run(journal_of(tmp_path, [a_line(0, 4_000)]))
        write_report(tmp_path, run)

        assert "<svg" in (tmp_path / "report.html").read_text()


class TestBD581:
    def test_names_what_the_audit_did_not_say(self) -> None:
        with pytest.raises(AuditUnreadable, match=r"BD581: .*lost"):
            Audit.from_json({"writes": {"acknowledged": 1}, "money": {"conserved": True}})

    def test_is_not_raised_for_the_documented_form(self) -> None:
        printed = {
            "writes": {"acknowledged": 9, "lost": 1, "duplicated": 2, "unknown": 3},
            "money": {"conserved": False},
            "discrepancies": ["A cent is missing."],
        }

        assert Audit.from_json(printed) == Audit(
            acknowledged=9,
            lost=1,
            duplicated=2,
            unknown=3,
            is_money_conserved=False,
            discrepancies=("A cent is missing.",),
        )


class Reader(HTMLParser):
    """Knows which tags are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def stalled(
    written: list[dict[str, Any]], *, since: float, until: float, only_writes: bool = False
) -> list[dict[str, Any]]:
    """The same lines, had nobody been answered for a while."""
    for line in written:
        if line["line"] != "request" or (only_writes and not line["write"]):
            continue
        if START + since < line["ended"] < START + until:
            line["ended"] = START + until + 0.005
            line["latency_ms"] = (line["ended"] - line["due"]) * 1000
    return written
