"""Are the facts right, and do they cost the same however many rows there are?"""

from __future__ import annotations

import json
import time

import pytest
from django.db import DatabaseError

from boundaries.facades.models import ShadowTally
from boundaries.watch import facts
from boundaries.watch.facts import FactsUnreadable, overview

pytestmark = pytest.mark.django_db


def context(name="ledger"):
    return next(one for one in overview().contexts if one.name == name)


class TestOverview:
    def test_names_every_declared_context_with_its_team(self):
        assert [(one.name, one.owner_team) for one in overview().contexts] == [
            ("ledger", "Money team"),
            ("orders", "Shop team"),
        ]

    def test_says_that_a_context_that_never_moved_is_the_monoliths(self):
        ledger = context()
        assert (ledger.queries, ledger.writes, ledger.epoch, ledger.extraction) == (
            "local",
            "monolith",
            None,
            None,
        )

    def test_says_who_answers_and_who_may_write_after_a_switch(self, make):
        make.owner(is_open=False, epoch=2)
        make.route(mode="remote")
        ledger = context()
        assert (ledger.queries, ledger.writes, ledger.epoch) == ("remote", "service", 2)

    def test_tells_a_service_which_contexts_are_still_the_monoliths(self, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "ledger", "MONOLITH_URL": "http://monolith"}
        assert {one.name: one.writes for one in overview().contexts} == {
            "ledger": "service",
            "orders": "monolith",
        }

    def test_counts_what_waits_and_what_is_dead_per_consuming_context(self, make):
        make.delivery(state="pending", age_seconds=60)
        make.delivery(state="pending", age_seconds=600)
        make.delivery(state="dead", age_seconds=9000)
        make.delivery(state="done")
        mail = context("orders").mail
        assert (mail.pending, mail.dead, round(mail.oldest_seconds)) == (2, 1, 600)
        assert overview().dead_letters == 1

    def test_counts_sagas_that_are_not_finished_by_state(self, make):
        for state in ("RUNNING", "RUNNING", "NEEDS_ATTENTION", "COMPLETED"):
            make.saga(state=state)
        assert context("orders").sagas == {"RUNNING": 2, "NEEDS_ATTENTION": 1}
        assert overview().stuck_sagas == 1

    def test_adds_the_comparisons_of_all_operations(self, make):
        make.tally(calls=300, mismatches=1)
        make.tally(operation="balance", calls=50, mismatches=2)
        assert (context().comparison.calls, context().comparison.mismatches) == (350, 3)

    def test_can_be_written_as_json(self, make):
        make.extraction(at=time.time())
        make.run(step="plan")
        told = json.loads(json.dumps(overview().as_dict(), default=str))
        assert told["contexts"][0]["extraction"]["runs"] == [{"step": "plan", "result": "ok", "count": 1}]

    def test_costs_the_same_queries_for_one_row_as_for_many(self, make, django_assert_num_queries):
        make.one_of_each(0)
        with CountedQueries() as counted:
            overview()
        for number in range(1, 6):
            make.one_of_each(number)
        with django_assert_num_queries(len(counted)):
            overview()

    def test_refuses_with_one_line_when_the_tables_cannot_be_read(self, monkeypatch):
        def broken(*_):
            raise DatabaseError('relation "boundaries_facades_shadow_tally" does not exist\nLINE 1: SELECT')

        monkeypatch.setattr(ShadowTally.objects, "using", broken)
        with pytest.raises(
            FactsUnreadable, match=r'BD601: .*shadow_tally" does not exist\. .*migrate'
        ) as caught:
            overview()
        assert "LINE" not in caught.value.render()


class TestFollower:
    def test_is_missing_when_it_was_never_started(self, make):
        make.extraction()
        assert context().extraction.follower.is_missing
        assert [one.name for one in overview().unfollowed] == ["ledger"]

    def test_is_missing_when_it_has_been_silent_for_too_long(self, make):
        make.extraction(at=time.time() - facts.FOLLOWER_SECONDS - 1, lag_rows=3)
        assert context().extraction.follower.is_missing

    def test_is_missing_when_its_report_is_from_the_future(self, make):
        make.extraction(at=time.time() + 3_600, lag_rows=3)
        assert context().extraction.follower.is_missing

    def test_is_missing_when_it_can_only_tell_of_an_error(self, make):
        make.extraction(at=time.time(), error="connection refused")
        assert context().extraction.follower.is_missing

    def test_is_healthy_when_it_was_just_heard(self, make):
        make.extraction(at=time.time(), lag_rows=3)
        follower = context().extraction.follower
        assert (follower.is_healthy, follower.is_missing, follower.lag_rows) == (True, False, 3)

    def test_is_not_missed_where_nothing_is_to_be_followed(self, make):
        make.extraction(reached="scaffold", wanted="stopped")
        assert not context().extraction.follower.is_missing


class TestExtraction:
    def test_says_how_far_it_is_and_what_comes_next(self, make):
        make.extraction(reached="verify")
        extraction = context().extraction
        assert (extraction.done_steps, extraction.total_steps, extraction.next) == (5, 9, "shadow")

    def test_takes_a_run_whose_process_was_killed_for_what_it_is(self, make):
        make.extraction()
        make.run(step="replicate", result="running")
        assert context().extraction.under_way == ""


class CountedQueries:
    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self._captured = CaptureQueriesContext(connection)
        return self._captured.__enter__()

    def __exit__(self, *error):
        self._captured.__exit__(*error)
