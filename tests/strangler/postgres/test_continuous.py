"""Does the follower's own comparison see each row again and again, and what differs, without hindering the following?"""

from __future__ import annotations

import json

import psycopg
import pytest

from boundaries.strangler.continuous import ContinuousVerify, outstanding
from tests.strangler.postgres.test_move import copy_all, fill

DAMAGE = "UPDATE ledger_entry SET note = 'spoilt' WHERE id = (SELECT max(id) FROM ledger_entry)"


@pytest.fixture
def flow(sides):
    sides.install()
    fill(sides)
    copy_all(sides)
    return sides.both.flow("monolith")


def stored(verify, now=100.0):
    """What the database gives back of the report."""
    return json.loads(json.dumps(verify.report(now)))


def go_round(flow, verify, now=100.0):
    """Until a round has ended."""
    ended = stored(verify)["last"].get("at")
    for _ in range(50):
        verify.advance(flow)
        report = stored(verify, now)
        if report["last"].get("at", ended) != ended:
            return report
    raise AssertionError("no round has ended")


class TestRound:
    def test_sees_every_row_and_says_when(self, flow):
        report = go_round(flow, ContinuousVerify())

        assert report["last"]["rows"] == 240
        assert (report["last"]["at"], report["last"]["differences"]) == (100.0, 0)
        assert outstanding(report, verified_at=0).differences == 0

    def test_goes_on_where_the_last_follower_was(self, flow, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.continuous.MOST_ROWS", 50)
        first = ContinuousVerify()
        first._range_rows = 50
        for _ in range(2):
            first.advance(flow)
        second = ContinuousVerify(stored(first))

        assert stored(second)["under_way"]["rows"] == 100
        assert go_round(flow, second)["last"]["rows"] == 240

    def test_names_a_row_that_differs_until_it_is_equal_again(self, flow):
        verify = ContinuousVerify()
        go_round(flow, verify)
        flow.target.execute(DAMAGE)

        report = go_round(flow, verify, now=200.0)

        found = outstanding(report, verified_at=150.0)
        assert found.differences == 1
        assert (found.shown[0]["table"], found.shown[0]["fields"]) == ("ledger_entry", ["note"])
        assert outstanding(report, verified_at=250.0).differences == 0
        flow.target.execute("UPDATE ledger_entry SET note = ''")
        assert outstanding(go_round(flow, verify, now=300.0), verified_at=150.0).differences == 0

    def test_applies_what_waits_and_finds_no_false_difference(self, sides, flow):
        verify = ContinuousVerify()
        for _ in range(4):
            sides.app().execute("UPDATE ledger_entry SET amount = amount + 1")
            verify.advance(flow)

        assert stored(verify)["last"].get("differences", 0) == 0
        sides.assert_equal()


class TestShare:
    def test_takes_no_more_than_it_may(self, flow, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "VERIFY_SHARE": 0.01}
        verify = ContinuousVerify()
        assert verify.is_due()
        verify.advance(flow)

        assert not verify.is_due()

    def test_nothing_is_never(self, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "VERIFY_SHARE": 0}

        assert not ContinuousVerify().is_due()

    def test_what_hinders_it_is_not_asked_again_at_once(self, sides, flow):
        verify = ContinuousVerify()
        flow.target.execute("SET lock_timeout = 50")
        try:
            with psycopg.connect(sides.databases["service"].superuser_url) as somebody:
                somebody.execute("LOCK TABLE ledger_account")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    verify.advance(flow)
        finally:
            flow.target.execute("SET lock_timeout = 0")

        assert not verify.is_due()
