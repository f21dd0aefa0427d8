"""Does the doctor find what is wrong, and nothing where nothing is?"""

from __future__ import annotations

import json
import time

import pytest
from django.core import checks
from django.db import connection

from boundaries import cli
from boundaries.facades.models import Ownership, Side
from boundaries.strangler.gate import Gate
from boundaries.watch import doctor

pytestmark = pytest.mark.django_db


def found():
    return [(finding.subject, finding.problem) for finding in doctor.examine()]


class TestDoctor:
    def test_finds_nothing_where_nothing_is_wrong(self, capsys):
        assert cli.main(["doctor"]) == 0
        assert capsys.readouterr().out == "Nothing found.\n"

    def test_finds_the_database_of_another_side(self, capsys):
        Side.objects.update_or_create(id=1, defaults={"name": "ledger"})
        assert cli.main(["doctor", "--json"]) == 1
        findings = json.loads(capsys.readouterr().out)["findings"]
        assert [(one["subject"], one["problem"][:5]) for one in findings] == [("database", "BD320")]
        assert "Correct DATABASE_URL" in findings[0]["remedy"]

    def test_finds_the_kits_own_errors_among_the_system_checks(self, monkeypatch):
        messages = [
            checks.Error("two packages", hint="Part them.", id="boundaries.BD104"),
            checks.Warning("only a warning", id="boundaries.BD346"),
            checks.Error("not ours", id="models.E001"),
        ]
        monkeypatch.setattr(doctor, "run_checks", lambda: messages)
        assert found() == [("project", "BD104: two packages")]

    def test_finds_a_route_to_a_service_without_an_address(self, make, monkeypatch):
        monkeypatch.delenv("LEDGER_URL", raising=False)
        make.route(mode="remote")
        [(subject, problem)] = found()
        assert subject == "ledger"
        assert "LEDGER_URL is not set" in problem

    def test_finds_a_follower_that_is_missing(self, make, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.status.gates_of", lambda move, step: [])
        make.extraction(at=time.time() - 100)
        assert found() == [("ledger", "Nobody follows it: silent for 1 min 40 s.")]

    def test_finds_rows_that_the_follower_has_found_to_differ(self, make, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.status.gates_of", lambda move, step: [])
        row = {"table": "ledger_entry", "key": ["7"], "kind": "different"}
        last = {"at": 9.0, "differences": 1, "shown": [row], "found_at": 9.0}
        make.extraction(at=time.time(), verify={"last": last})
        [(subject, problem)] = found()
        assert subject == "ledger"
        assert "1 row that differs: ledger_entry 7 is different" in problem

    def test_finds_a_context_that_nobody_may_write_and_says_nothing_else_of_it(self, make, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.status.gates_of", lambda move, step: [])
        make.extraction(at=time.time(), error="BD554: the service was restored")
        make.owner(is_open=True)
        Ownership.objects.update(halted="the service was restored")
        [(subject, problem)] = found()
        assert (subject, problem) == ("ledger", "Nobody may write: the service was restored.")

    def test_finds_a_map_that_does_not_know_of_the_move(self, make, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.status.gates_of", lambda move, step: [])
        make.extraction(at=time.time(), context="orders")
        assert found() == [("orders", 'It is moving, and the map says state = "inside".')]

    def test_finds_triggers_that_were_switched_off(self, make, monkeypatch):
        gates = [
            Gate("triggers of the monolith are enabled", False, "ledger_entry", "Run replicate again."),
            Gate("triggers of the service are enabled", True, "all of them"),
        ]
        monkeypatch.setattr("boundaries.strangler.status.gates_of", lambda move, step: gates)
        make.extraction(at=time.time())
        assert found() == [("ledger", "triggers of the monolith are enabled: no. ledger_entry")]

    def test_finds_capture_that_nobody_is_to_follow(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE boundaries_log_ledger (id int)")
        [(subject, problem)] = found()
        assert subject == "ledger"
        assert "the log only grows" in problem
