"""Does `boundaries status` say at a glance how it is going?"""

from __future__ import annotations

import json
import time

import pytest

from boundaries import cli

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
        assert "1 dead letters: `boundaries outbox status`" in text
        assert "1 sagas wait for a person: `boundaries saga list --state NEEDS_ATTENTION`" in text
        assert "3 answers differed" in text

    def test_is_one_json_object_with_json(self, capsys, make):
        make.extraction(at=time.time(), lag_rows=12)
        told = json.loads(status(capsys, "--json"))
        assert told["contexts"][0]["extraction"]["follower"]["lag_rows"] == 12
