"""Does `boundaries status` say at a glance how it is going?"""

from __future__ import annotations

import json
import time

import pytest

from boundaries import cli
from boundaries.watch.terminal import duration

pytestmark = pytest.mark.django_db


def status(capsys, *words):
    assert cli.main(["status", *words]) == 0
    return capsys.readouterr().out


class TestStatus:
    def test_is_a_line_per_context(self, capsys, make):
        make.extraction(reached="switch-reads", at=time.time(), lag_rows=12)
        make.route(mode="remote")
        lines = status(capsys).splitlines()
        assert lines[0].split()[:2] == ["context", "owner"]
        assert "Money team" in lines[1]
        assert "remote" in lines[1]
        assert "switch-reads" in lines[1]
        assert "12 behind" in lines[1]
        assert "Nothing needs attention." in lines

    def test_names_what_needs_attention_and_the_command(self, capsys, make):
        make.extraction()
        make.delivery()
        make.saga()
        make.tally(mismatches=3)
        text = status(capsys)
        assert "ledger is not followed: start `boundaries follow`" in text
        assert "Dead letters: 1. `boundaries outbox status`" in text
        assert "Sagas that wait for a person: 1. `boundaries saga list --state NEEDS_ATTENTION`" in text
        assert "Answers that differed: 3." in text

    def test_says_which_tables_are_copied_again_and_how_far(self, capsys, make):
        resync = {"tables": ["ledger_entry"], "table": "ledger_entry", "rows": 40_000}
        make.extraction(at=time.time(), resync=resync)
        assert "copying again ledger_entry: 40,000 rows of ledger_entry are compared" in status(capsys)

    def test_is_one_json_object_with_json(self, capsys, make):
        make.extraction(at=time.time(), lag_rows=12)
        told = json.loads(status(capsys, "--json"))
        assert told["contexts"][0]["extraction"]["follower"]["lag_rows"] == 12


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (75.2, "1 min 15 s"), (42, "42 s"), (7_500, "2 h 5 min"), (900_000, "10 days")],
)
def test_a_duration_is_as_exact_as_anybody_needs(seconds, text):
    assert duration(seconds) == text
