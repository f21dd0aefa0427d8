"""Does a button do what the command does, for those who may, with a reason, and only once it is confirmed?"""

from __future__ import annotations

import sys

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from boundaries.strangler.models import Extraction, StepRun
from boundaries.watch import run
from boundaries.watch.run import Order, StepNotStarted, permission_of, place
from tests.waiting import wait_for

LOOK = "boundaries_watch.view_controlroom"
RUN = "boundaries_strangler.run_steps"
SWITCH = "boundaries_strangler.switch_writes"


def url_of(step):
    return reverse("admin:boundaries_watch_step", args=["ledger", step])


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.fixture
def placed(monkeypatch):
    """The orders that were placed; none is carried out."""
    orders = []

    def remember(order):
        orders.append(order)
        return StepRun(context=order.context, step=order.step, result="ok", finished_at=timezone.now())

    monkeypatch.setattr(run, "place", remember)
    return orders


@pytest.mark.django_db
@pytest.mark.usefixtures("asked_at_once")
class TestPage:
    def test_shows_what_would_be_done_the_way_back_and_the_command(self, staff, make):
        make.extraction(reached="verify")
        text = staff(LOOK, RUN).get(url_of("shadow")).content.decode()
        assert "route the queries of ledger: shadow" in text
        assert "rollback sets the route back to local" in text
        assert "boundaries extract ledger shadow --reason=&#x27;…&#x27;" in text

    def test_says_beforehand_that_the_step_will_be_refused(self, staff, make):
        make.extraction(reached="verify")
        text = staff(LOOK, RUN).get(url_of("shadow")).content.decode()
        assert "this step will be refused" in text

    def test_runs_nothing_without_a_reason(self, staff, placed):
        answer = staff(LOOK, RUN).post(url_of("shadow"), {"reason": "  "})
        assert answer.status_code == 200
        assert "This field is required" in answer.content.decode()
        assert placed == []

    def test_runs_the_step_under_the_users_name_with_the_reason(self, staff, placed):
        answer = staff(LOOK, RUN).post(url_of("shadow"), {"reason": "compare"})
        assert placed == [Order("ledger", "shadow", "ada", "compare")]
        assert answer["Location"] == reverse("admin:boundaries_watch_extraction", args=["ledger"])

    def test_passes_the_percentage_on(self, staff, placed):
        staff(LOOK, RUN).post(url_of("switch-reads"), {"reason": "canary", "percent": "12.5"})
        assert placed[0].options == {"yes": None, "percent": 12.5, "to": None, "accept": None}
        assert placed[0].command == "boundaries extract ledger switch-reads --percent=12.5 --reason=canary"

    @pytest.mark.parametrize("typed", ["", "orders", "LEDGER"])
    def test_runs_no_destructive_step_without_the_contexts_name(self, staff, placed, typed):
        answer = staff(LOOK, SWITCH).post(url_of("rollback"), {"reason": "latency", "yes": typed})
        assert answer.status_code == 200
        assert placed == []

    def test_runs_a_destructive_step_with_the_contexts_name(self, staff, placed):
        staff(LOOK, SWITCH).post(url_of("rollback"), {"reason": "latency", "yes": "ledger"})
        assert placed[0].command == "boundaries extract ledger rollback --yes=ledger --reason=latency"

    def test_goes_back_to_the_step_that_is_named(self, staff, placed):
        staff(LOOK, SWITCH).post(url_of("rollback"), {"reason": "latency", "yes": "ledger", "to": "shadow"})
        assert (
            placed[0].command
            == "boundaries extract ledger rollback --to=shadow --yes=ledger --reason=latency"
        )

    def test_recovers_without_choosing_a_side_unless_one_is_chosen(self, staff, placed):
        staff(LOOK, RUN).post(url_of("recover"), {"reason": "failover", "accept": "", "yes": ""})
        assert placed[0].command == "boundaries extract ledger recover --reason=failover"

    @pytest.mark.parametrize("typed", ["", "LEDGER"])
    def test_chooses_no_side_without_the_contexts_name(self, staff, placed, typed):
        answer = staff(LOOK, RUN, SWITCH).post(
            url_of("recover"), {"reason": "failover", "accept": "service", "yes": typed}
        )
        assert (answer.status_code, placed) == (200, [])

    def test_lets_only_those_choose_a_side_who_may_switch_writes(self, staff, placed):
        order = {"reason": "failover", "accept": "service", "yes": "ledger"}
        assert staff(LOOK, RUN).post(url_of("recover"), order).status_code == 403
        staff(LOOK, RUN, SWITCH, name="bob").post(url_of("recover"), order)
        assert (
            placed[0].command
            == "boundaries extract ledger recover --accept=service --yes=ledger --reason=failover"
        )

    @pytest.mark.parametrize(
        ("step", "permission"),
        [
            ("shadow", RUN),
            ("switch-reads", RUN),
            ("switch-writes", SWITCH),
            ("rollback", SWITCH),
            ("abort", SWITCH),
        ],
    )
    def test_is_only_for_those_with_the_steps_own_permission(self, staff, placed, step, permission):
        other = ({RUN, SWITCH} - {permission}).pop()
        assert permission_of(step) == permission
        assert staff(LOOK, other).post(url_of(step), {"reason": "x", "yes": "ledger"}).status_code == 403
        assert staff(LOOK, permission, name="bob").get(url_of(step)).status_code == 200
        assert placed == []

    def test_leads_back_with_the_nearest_name_for_a_step_that_does_not_exist(self, staff):
        answer = staff(LOOK, RUN).get(url_of("verfy"))
        assert answer.status_code == 302
        assert "Did you mean 'verify'?" in said(answer)

    def test_changes_nothing_when_it_is_only_looked_at(self, staff, make, placed):
        make.extraction(reached="verify")
        staff(LOOK, RUN).get(url_of("shadow"))
        assert (placed, StepRun.objects.count()) == ([], 0)

    def test_shows_a_crash_as_a_message_and_not_as_a_page_of_its_own(self, staff, monkeypatch):
        def crash(order):
            raise ZeroDivisionError("by zero")

        monkeypatch.setattr(run, "place", crash)
        answer = staff(LOOK, RUN).post(url_of("shadow"), {"reason": "x"})
        assert "ledger shadow failed: by zero" in said(answer)


@pytest.fixture
def real(transactional_db, database_url, monkeypatch):
    """The real steps, in this process and in others, on the test's database."""
    monkeypatch.setenv("BOUNDARIES_MOVER_URL", database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("LEDGER_URL", "http://127.0.0.1:9")


@pytest.mark.usefixtures("real")
class TestPlace:
    def test_runs_the_very_step_of_the_command_line_and_keeps_who_and_why(self, staff, make):
        make.extraction(reached="verify")
        answer = staff(LOOK, SWITCH).post(url_of("rollback"), {"reason": "second thoughts", "yes": "ledger"})
        done = StepRun.objects.get()
        assert (done.step, done.result, done.who, done.why) == ("rollback", "ok", "ada", "second thoughts")
        assert Extraction.objects.get().reached == "replicate"
        assert "ledger rollback: done" in said(answer)

    def test_shows_a_refusal_with_its_remedy_and_records_it(self, staff, make):
        make.extraction(reached="verify")
        answer = staff(LOOK, RUN).post(url_of("shadow"), {"reason": "compare"})
        assert StepRun.objects.get().result == "refused"
        assert "BD501" in said(answer)
        assert "Run `boundaries extract ledger verify`." in said(answer)

    def test_starts_a_long_step_in_a_process_of_its_own_under_the_users_name(self):
        started = place(Order("ledger", "verify", "ada", "to be sure"))
        assert (started.step, started.who, started.why) == ("verify", "ada", "to be sure")
        wait_for(lambda: StepRun.objects.get().finished_at is not None)
        done = StepRun.objects.get()
        assert done.result == "refused"
        assert "BD503" in done.problem

    def test_tells_the_last_word_of_a_process_that_did_not_start(self, monkeypatch):
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "no.such_settings")
        monkeypatch.setattr(
            run, "_environment", lambda: {"PATH": "/usr/bin", "DJANGO_SETTINGS_MODULE": "no.such"}
        )
        with pytest.raises(
            StepNotStarted, match=r"BD602: ledger: the process of verify did not start: .*no"
        ) as caught:
            place(Order("ledger", "verify", "ada", "to be sure"))
        assert "boundaries extract ledger verify --reason='to be sure'" in caught.value.what_to_do

    def test_uses_python_where_the_server_is_not_python(self, monkeypatch):
        monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
        assert run._command(Order("ledger", "plan", "ada", "x"))[0] == f"{sys.prefix}/bin/python3"
