"""Does the control room show what matters, to those who may see it, whatever is down?"""

from __future__ import annotations

import time

import pytest
from django.urls import reverse

from boundaries.errors import BoundaryError
from boundaries.facades.models import Ownership
from boundaries.strangler import status
from boundaries.watch import journey, patience

pytestmark = pytest.mark.django_db

LOOK = "boundaries_watch.view_controlroom"
RUN = "boundaries_strangler.run_steps"
SWITCH = "boundaries_strangler.switch_writes"
ROOM = reverse("admin:boundaries_watch_controlroom_changelist")
LEDGER = reverse("admin:boundaries_watch_extraction", args=["ledger"])


class TestRoom:
    def test_lists_every_context_and_links_those_that_can_be_extracted(self, staff):
        text = staff(LOOK).get(ROOM).content.decode()
        assert f'<a href="{LEDGER}">ledger</a>' in text
        assert "orders" in text
        assert "Money team" in text

    def test_is_red_when_nobody_follows(self, staff, make):
        make.extraction(at=time.time() - 60)
        text = staff(LOOK).get(ROOM).content.decode()
        assert "ledger is not followed." in text
        assert 'class="bw-tile bw-bad"><span class="bw-figure">missing' in text

    def test_is_red_when_nobody_may_write(self, staff, make):
        make.extraction(at=time.time())
        make.owner()
        Ownership.objects.update(halted="the service was restored")
        client = staff(LOOK, RUN)
        for url in (ROOM, LEDGER):
            text = client.get(url).content.decode()
            assert "The service was restored." in text
            assert "boundaries extract ledger recover" in text

    def test_is_red_when_the_follower_has_found_a_difference(self, staff, make):
        row = {"table": "ledger_entry", "key": ["7"], "kind": "different"}
        last = {"at": 9.0, "rows": 10, "differences": 1, "shown": [row], "found_at": 9.0}
        make.extraction(at=time.time(), verify={"last": last})
        client = staff(LOOK)
        for url in (ROOM, LEDGER):
            text = client.get(url).content.decode()
            assert "The two sides of ledger differ." in text
            assert "ledger_entry 7 is different" in text

    @pytest.mark.usefixtures("asked_at_once")
    def test_shows_each_table_and_who_is_in_the_way_where_the_databases_answer(
        self, staff, make, monkeypatch
    ):
        session = {"seconds": 75.2, "pid": 7, "role": "app", "application": "a long report"}
        live = {
            "tables": [{"table": "ledger_entry", "rows": 1_200, "bytes": 2_500_000, "copied": 1_100, "left": 100, "waiting": 3}],
            "log": {"entries": 3, "bytes": 8_192, "ceiling": 10**9, "marked": []}, "lag_seconds": 0.2,
            "oldest_transaction": session, "longest_lock_wait": None, "oldest_writer": session, "sessions_hidden": 0,
        }  # fmt: skip
        monkeypatch.setattr(
            journey, "status_of_both", lambda move: {"standbys": {"monolith": "none"}, "live": live}
        )
        make.extraction(at=time.time())
        text = staff(LOOK).get(LEDGER).content.decode()
        for told in (
            "ledger_entry",
            "2 MB",
            "1,100",
            "3 changes in a log of 8 kB",
            "75.2 s (pid 7, app, a long report)",
        ):
            assert told in text
        assert "NOT NOW: 75.2 s" in text

    def test_is_calm_when_somebody_follows(self, staff, make):
        make.extraction(at=time.time(), lag_rows=3)
        text = staff(LOOK).get(ROOM).content.decode()
        assert "bw-alert" not in text
        assert "3 behind" in text

    def test_counts_dead_letters_and_links_to_them(self, staff, make):
        make.delivery()
        client = staff(LOOK, "boundaries_messaging.view_delivery")
        text = client.get(ROOM).content.decode()
        link = reverse("admin:boundaries_messaging_delivery_changelist") + "?state__exact=dead"
        assert link in text
        assert client.get(link).status_code == 200

    def test_is_in_the_index_of_the_admin(self, staff):
        assert ROOM in staff(LOOK).get(reverse("admin:index")).content.decode()

    def test_is_closed_to_those_without_the_permission(self, staff):
        assert staff().get(ROOM).status_code == 403

    def test_sends_strangers_to_the_sign_in(self, client):
        assert client.get(ROOM).status_code == 302

    def test_renders_a_line_with_the_remedy_when_the_tables_cannot_be_read(self, staff, monkeypatch):
        from boundaries.watch import pages
        from boundaries.watch.facts import FactsUnreadable

        def broken():
            raise FactsUnreadable(reason="relation does not exist")

        monkeypatch.setattr(pages, "overview", broken)
        text = staff(LOOK).get(ROOM).content.decode()
        assert "BD601" in text
        assert "manage.py migrate" in text

    def test_refreshes_its_changing_part_without_the_rest_of_the_page(self, staff):
        text = staff(LOOK).get(reverse("admin:boundaries_watch_overview_part")).content.decode()
        assert "ledger" in text
        assert "<html" not in text

    def test_costs_the_same_queries_for_one_row_as_for_many(self, staff, make, django_assert_max_num_queries):
        client = staff(LOOK)
        make.one_of_each(0)
        with django_assert_max_num_queries(100) as first:
            client.get(ROOM)
        for number in range(1, 6):
            make.one_of_each(number)
        with django_assert_max_num_queries(len(first)):
            client.get(ROOM)


@pytest.mark.usefixtures("asked_at_once")
class TestExtraction:
    def test_marks_the_steps_that_are_done_and_offers_the_next(self, staff, make):
        make.extraction(reached="provision", wanted="stopped")
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert text.count('class="bw-done"') == 3
        assert "Next: replicate" in text
        assert reverse("admin:boundaries_watch_step", args=["ledger", "replicate"]) in text
        assert "boundaries extract ledger replicate" in text

    def test_shows_the_gates_of_the_next_step_with_figure_and_remedy(self, staff, make):
        make.extraction(reached="verify", at=time.time() - 60)
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert "the follower is running" in text
        assert "Start `boundaries follow` under your process supervisor" in text
        assert "bw-held" in text

    def test_offers_nothing_to_those_who_may_only_look(self, staff, make):
        make.extraction(reached="switch-reads")
        text = staff(LOOK).get(LEDGER).content.decode()
        for step in ("switch-writes", "rollback", "verify"):
            assert reverse("admin:boundaries_watch_step", args=["ledger", step]) not in text

    def test_shows_progress_while_a_step_runs(self, staff, make, monkeypatch):
        from boundaries.watch import journey

        monkeypatch.setattr(journey, "_holds_lock", lambda context: True)
        make.extraction(reached="provision")
        progress = {"phase": "copying", "done": 120000, "total": 300000, "unit": "rows", "per_second": 60000, "seconds_left": 3.0}  # fmt: skip
        make.run(step="replicate", result="running", progress=progress)
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert "Copying: 120,000 of 300,000 rows, 60,000 a second, 3.0 s left" in text
        assert '<progress max="300000" value="120000">' in text
        assert "Next:" not in text

    def test_says_that_a_killed_step_can_be_run_again(self, staff, make):
        make.extraction(reached="provision")
        make.run(step="replicate", result="running")
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert "replicate was cut off" in text
        assert "<progress" not in text

    def test_shows_the_figures_of_a_step_and_why_the_last_run_failed(self, staff, make):
        from boundaries.strangler.models import Extraction

        make.extraction(reached="replicate")
        Extraction.objects.update(
            facts={"replicate": {"rows": 300123, "rows_per_second": 90000, "shown": []}}
        )
        make.run(step="verify", result="failed", problem="BD519: 1 row differs")
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert "rows per second <b>90,000</b>" in text
        assert "<strong>verify failed.</strong>" in text
        assert "BD519: 1 row differs" in text

    def test_tells_a_program_the_same_as_json(self, staff, make):
        make.extraction(reached="verify")
        told = staff(LOOK).get(reverse("admin:boundaries_watch_extraction_facts", args=["ledger"])).json()
        assert (told["reached"], told["next"], told["is_under_way"]) == ("verify", "shadow", False)

    def test_leads_back_to_the_room_for_a_context_that_does_not_exist(self, staff):
        answer = staff(LOOK).get(reverse("admin:boundaries_watch_extraction", args=["legder"]), follow=True)
        assert answer.redirect_chain == [(ROOM, 302)]
        assert "Did you mean &#x27;ledger&#x27;?" in answer.content.decode()

    @pytest.mark.parametrize(
        "reached", ["", "scaffold", "provision", "replicate", "switch-reads", "switch-writes"]
    )
    def test_renders_at_every_stage_with_no_database_of_the_service_to_ask(self, staff, make, reached):
        make.extraction(reached=reached)
        answer = staff(LOOK, RUN, SWITCH).get(LEDGER)
        assert answer.status_code == 200

    def test_shows_a_question_that_cannot_be_asked_as_a_gate_that_does_not_hold(
        self, staff, make, monkeypatch
    ):
        class Down(BoundaryError):
            code, problem, remedy = "BD506", "The service database cannot be reached.", "Check the URL."

        def gates(_step, _move):
            raise Down

        make.extraction(reached="provision")
        monkeypatch.setattr(
            status.find_step("replicate"), "gates", lambda move: gates("replicate", move), raising=False
        )
        text = staff(LOOK, RUN).get(LEDGER).content.decode()
        assert "bw-refusing" in text
        assert "The service database cannot be reached." in text
        assert "Check the URL." in text


class TestPatience:
    def test_gives_up_on_time_and_has_the_answer_at_the_next_look(self):
        import threading

        may_answer = threading.Event()

        def slow():
            may_answer.wait(10)
            return "the answer"

        with pytest.raises(patience.NoAnswer, match="no answer after"):
            patience.ask("slow", slow, wait_seconds=0.02)
        may_answer.set()
        assert patience.ask("slow", slow, wait_seconds=5) == "the answer"

    def test_asks_a_question_once_for_all_who_look_at_the_same_time(self):
        asked = []
        for _ in range(3):
            patience.ask("once", lambda: asked.append(1), wait_seconds=5)
        assert len(asked) == 1

    def test_asks_again_at_once_where_a_figure_must_be_of_this_moment(self):
        asked = []
        for _ in range(2):
            patience.ask("now", lambda: asked.append(1), wait_seconds=5, fresh_seconds=0)
        assert len(asked) == 2

    def test_turns_every_failure_into_no_answer(self):
        def broken():
            raise ConnectionResetError("gone\nfor good")

        with pytest.raises(patience.NoAnswer, match=r"^gone$"):
            patience.ask("broken", broken, wait_seconds=5)
