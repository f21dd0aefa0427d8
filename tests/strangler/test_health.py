"""Does the follower's report count only as long as it says something about now?"""

from __future__ import annotations

import time

import pytest

from boundaries.strangler.health import follower_gate, say_resync, verify_gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.operation import prepare

pytestmark = pytest.mark.django_db


def gate_with(**told):
    Extraction.objects.update_or_create(context="ledger", defaults={"follower": told})
    return follower_gate(prepare(context="ledger"))


class TestFollowerGate:
    def test_holds_with_a_report_of_just_now(self):
        assert gate_with(at=time.time()).passed

    @pytest.mark.parametrize(
        ("told", "figure"),
        [
            ({}, "it has never reported"),
            ({"at": time.time() - 60}, "last heard 6"),
            ({"at": time.time() + 3600}, "ahead of the database's clock"),
            ({"at": time.time(), "error": "no route to host"}, "with the error: no route to host"),
        ],
    )
    def test_does_not_hold_with(self, told, figure):
        found = gate_with(**told)

        assert not found.passed
        assert figure in found.figure


class TestVerifyGate:
    @pytest.mark.parametrize(
        ("found_at", "passed"),
        [pytest.param(150.0, False, id="since then"), pytest.param(50.0, True, id="before")],
    )
    def test_heeds_what_the_follower_has_found(self, found_at, passed):
        row = {"table": "ledger_entry", "key": ["7"], "kind": "different"}
        last = {"at": 160.0, "differences": 1, "shown": [row], "found_at": found_at}
        Extraction.objects.create(
            context="ledger", facts={"verify": {"at": 100.0}}, follower={"verify": {"last": last}}
        )

        gate = verify_gate(prepare(context="ledger"))

        assert gate.passed is passed
        assert ("ledger_entry 7 is different" in gate.figure) is not passed


class TestTablesThatAreCopiedAgain:
    @pytest.mark.parametrize(
        ("tables", "under_way", "said"),
        [
            ([], None, ""),
            (["ledger_entry", "ledger_account"], None, "ledger_entry, ledger_account"),
            (
                ["ledger_entry"],
                {"tables": ["ledger_account"], "table": "ledger_account", "rows": 40_000},
                "ledger_account, ledger_entry: 40,000 rows of ledger_account are compared",
            ),
        ],
    )
    def test_are_named_with_how_far_they_are(self, tables, under_way, said):
        assert say_resync(tables, under_way) == said
