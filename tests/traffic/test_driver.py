"""Does the driver see what a traveller would see, and does it keep the pace whatever the shop does?"""

from __future__ import annotations

import ast
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from monolith.traffic.journeys import JOURNEYS, Mix

from .shop import Reply, Shop, running
from .traffic import Traffic

ROOT = Path(__file__).resolve().parents[2]


def on(method: str, ending: str, reply: Reply | str) -> Callable[[str, str], Reply | str | None]:
    """A fault for every request of this kind."""
    return lambda asked, path: reply if asked == method and path.split("?")[0].endswith(ending) else None


class TestAQuietRun:
    def test_makes_every_journey_and_fails_nowhere(self, traffic: Traffic, shop: Shop) -> None:
        requests = traffic.run("--rate", 400, "--seconds", 0.7)

        assert {line["journey"] for line in requests} >= {"search", "trips", "pay", "cancel", "refund"}
        assert not [line for line in requests if line["failed"]]
        assert len(shop.requests) == len(requests) + 2  # and nothing twice

    def test_offers_the_rate_that_was_asked_for(self, traffic: Traffic) -> None:
        requests = traffic.run("--rate", 100, "--seconds", 2, "--mix", "search=1", "--clock", "uniform")

        assert len(requests) == pytest.approx(200, rel=0.1)

    def test_spreads_the_journeys_evenly_where_the_clock_is_even(self) -> None:
        names = list(islice(Mix().rotation(), 1000))

        assert Counter(names) == {name: journey.share * 10 for name, journey in JOURNEYS.items()}
        bookers = [name not in {"search", "trips"} for name in names]
        in_ten = [sum(bookers[start : start + 10]) for start in range(990)]
        assert max(in_ten) - min(in_ten) <= 2

    def test_writes_down_what_it_was_told(self, traffic: Traffic, shop: Shop) -> None:
        requests = traffic.run("--rate", 120, "--seconds", 0.5, "--mix", "refund=1")

        booked = {line["told"]["booking"]: line for line in requests if line["name"] == "book"}
        assert set(booked) == set(shop.bookings)
        for line in booked.values():
            assert line["acknowledged"]
            assert (line["told"]["amount"], line["told"]["payment_state"]) == ("120.00", "authorised")
        refunds = Counter(line["booking"] for line in requests if line["name"] == "refund")
        assert dict.fromkeys(shop.bookings, 2) == refunds
        assert {line["told"]["refund"] for line in requests if line["name"] == "refund"} == {"30.00", "12.00"}

    def test_gives_every_write_a_key_of_its_own(self, traffic: Traffic) -> None:
        requests = traffic.run("--rate", 120, "--seconds", 0.5)

        keys = [line["key"] for line in requests if line["write"]]
        assert len(keys) == len(set(keys)) > 0
        assert {line["key"] for line in requests if not line["write"]} == {None}

    def test_says_when_it_began_and_ended(self, traffic: Traffic) -> None:
        requests = traffic.run("--rate", 60, "--seconds", 0.5)

        first, last = traffic.lines()[0], traffic.lines()[-1]
        assert (first["line"], last["line"]) == ("start", "end")
        assert first["at"] <= min(line["due"] for line in requests)
        assert last["at"] >= max(line["ended"] for line in requests) - 0.001


class TestTheEnd:
    def test_comes_with_a_signal_after_the_last_journeys(self, traffic: Traffic, shop: Shop) -> None:
        process = traffic.start("--rate", 50, "--mix", "pay=1")
        traffic.wait_for_requests()
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
        assert {booking["state"] for booking in shop.bookings.values()} == {"paid"}
        summary = json.loads((traffic.folder / "journal.summary.json").read_text())
        assert summary["requests"] == len(traffic.requests()) + 2

    def test_comes_with_a_file(self, traffic: Traffic, tmp_path: Path) -> None:
        process = traffic.start("--rate", 30, "--until-file", tmp_path / "enough")
        traffic.wait_for_requests()
        (tmp_path / "enough").touch()

        assert process.wait(10) == 0

    def test_comes_at_once_when_nobody_can_sign_in(self, traffic: Traffic, shop: Shop) -> None:
        shop.fault = on("POST", "/sign-in", (401, {"code": "accounts.wrong_password"}))
        process = traffic.start("--seconds", 1)

        assert process.wait(10) == 2
        assert process.stderr
        assert "is the shop up" in process.stderr.read()


class TestAStall:
    def test_does_not_hold_back_the_arrivals(self, traffic: Traffic, shop: Shop) -> None:
        process = traffic.start("--rate", 80, "--mix", "search=1", "--clock", "uniform")
        traffic.wait_for_requests()
        began, ended = shop.stall(1.0)
        process.send_signal(signal.SIGTERM)
        process.wait(10)

        due = [line for line in traffic.requests() if began + 0.05 < line["due"] < ended - 0.05]
        assert len(due) >= 30  # half of 80 searches a second are first ones, the others wait for those
        for line in due:
            assert line["ended"] >= ended - 0.01
        assert max(line["latency_ms"] for line in due) > 900

    def test_that_outlasts_the_patience_is_a_failure(self, traffic: Traffic, shop: Shop) -> None:
        process = traffic.start("--rate", 60, "--mix", "pay=1", "--patience", 0.5)
        traffic.wait_for_requests()
        shop.stall(0.8)
        process.send_signal(signal.SIGTERM)
        process.wait(10)

        late = [line for line in traffic.requests() if line["failure"] == "timeout"]
        assert late
        assert all(line["failed"] and line["latency_ms"] >= 499 for line in late)
        assert any(line["unknown"] for line in late if line["write"])


class TestAFailure:
    @pytest.mark.parametrize(
        ("fault", "failure", "is_unknown"),
        [
            (on("POST", "/pay", (503, {"code": "payments.unavailable"})), "5xx", True),
            (on("POST", "/pay", "drop"), "connection", True),
            (on("POST", "/pay", (409, {"code": "bookings.wrong_state"})), "undocumented", True),
            (on("POST", "/pay", (200, {"state": "reserved"})), "undocumented", True),
            (on("GET", "/search", (200, {})), "undocumented", False),
            (on("GET", "/search", (404, {})), "undocumented", False),
        ],
        ids=["503", "cut", "wrong state", "wrong body", "empty body", "not found"],
    )
    def test_is_counted_and_never_repeated(
        self,
        traffic: Traffic,
        shop: Shop,
        fault: Callable[[str, str], Reply | str],
        failure: str,
        is_unknown: bool,
    ) -> None:
        shop.fault = fault
        requests = traffic.run("--rate", 80, "--seconds", 0.5, "--mix", "pay=1")

        failed = [line for line in requests if line["failed"]]
        assert {line["failure"] for line in failed} == {failure}
        assert {line["unknown"] for line in failed} == {is_unknown}
        assert len(shop.requests) == len(requests) + 2

    def test_is_a_decline_of_a_good_card(self, traffic: Traffic, shop: Shop) -> None:
        shop.fault = on("POST", "/bookings", (402, {"code": "payments.card_declined"}))
        requests = traffic.run("--rate", 120, "--seconds", 0.5, "--mix", "pay=1,declined=1")

        judged = {(line["journey"], line["failed"]) for line in requests if line["name"] == "book"}
        assert judged == {("pay", True), ("declined", False)}

    def test_is_a_trip_whose_payment_nobody_knows(self, traffic: Traffic, shop: Shop) -> None:
        unavailable = (200, {"id": "x", "payment": None, "payment_unavailable": True})
        shop.fault = lambda method, path: unavailable if method == "GET" and "/bookings/" in path else None
        requests = traffic.run("--rate", 80, "--seconds", 0.5, "--mix", "pay=1")

        assert {line["failed"] for line in requests if line["name"] == "view"} == {True}

    def test_is_no_trip_that_is_a_moment_behind(self, traffic: Traffic, shop: Shop) -> None:
        behind = (200, {"id": "x", "payment": {"state": "authorised"}})
        shop.fault = lambda method, path: behind if method == "GET" and "/bookings/" in path else None
        requests = traffic.run("--rate", 80, "--seconds", 0.5, "--mix", "pay=1")

        assert {(line["stale"], line["failed"]) for line in requests if line["name"] == "view"} == {
            (True, False)
        }

    def test_is_a_server_that_is_gone(self, shop: Shop, tmp_path: Path) -> None:
        with running(shop) as url:
            pass
        traffic = Traffic(url, tmp_path)
        process = traffic.start("--seconds", 1)

        assert process.wait(10) == 2
        process.communicate()
        assert {line["failure"] for line in traffic.lines() if line["line"] == "request"} == {"connection"}
        assert not any(line["unknown"] for line in traffic.lines() if line["line"] == "request")


class TestTheCapacity:
    def test_is_one_json_object(self, traffic: Traffic) -> None:
        process = traffic.start("--capacity", "--seconds", 1, "--connections", 4)
        output, _ = process.communicate(timeout=20)

        figures = json.loads(output)
        assert figures["rps"] == pytest.approx(figures["requests"] / figures["seconds"], rel=0.01)
        assert figures["rps"] > 100
        assert figures["failed"] == 0


class TestTheStatus:
    def test_tells_about_the_last_second(self, traffic: Traffic) -> None:
        process = traffic.start("--rate", 50)
        traffic.wait_for_requests()

        status = json.loads(traffic.status.read_text())
        assert {"at", "requests", "failed", "rps", "p50_ms", "p99_ms"} <= set(status)
        assert 0 < status["p50_ms"] <= status["p99_ms"]
        process.send_signal(signal.SIGTERM)
        process.wait(10)


class TestIndependence:
    def test_nothing_but_the_standard_library_and_psycopg_is_imported(self) -> None:
        paths = [
            *(ROOT / "monolith/traffic").rglob("*.py"),
            *(ROOT / "monolith/card_processor").rglob("*.py"),
        ]
        own = ("monolith.traffic", "monolith.card_processor")
        allowed = {*sys.stdlib_module_names, "psycopg"}

        strangers = {
            (path.name, name)
            for path in paths
            for name in imported_names(path)
            if name.split(".")[0] not in allowed and not name.startswith(own)
        }

        assert len(paths) > 8
        assert strangers == set()


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module
            yield node.module
