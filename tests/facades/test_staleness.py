"""May a copy of that age answer?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from boundaries.facades import dispatch, remote, routing
from boundaries.facades.answer import Answer
from boundaries.facades.models import Freshness, Ownership, Route
from boundaries.facades.wire import to_answer, to_reply
from tests.sample.ledger.public import Ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_most_five_seconds(monkeypatch):
    monkeypatch.setattr(Ledger.accounts, "max_staleness", 5.0)


def given_a_copy(*, age_seconds):
    Ownership.objects.create(context="ledger", open=False, epoch=2, address="http://127.0.0.1:9")
    Freshness.objects.create(
        context="ledger", tick=1, applied_at=timezone.now() - timedelta(seconds=age_seconds)
    )
    Route.objects.create(context="ledger", mode="local")
    routing.refresh()


class TestCopyHere:
    def test_answers_while_it_is_fresh(self, at_most_five_seconds):
        given_a_copy(age_seconds=1)

        assert Ledger.accounts(account_ids=[]) == {}

    def test_sends_the_question_to_the_owner_when_it_is_too_old(self, at_most_five_seconds, monkeypatch):
        given_a_copy(age_seconds=60)
        monkeypatch.setattr(dispatch, "ask_query", lambda *_: (b"{}", None))

        assert routing.age_of("ledger") > 59
        assert dispatch._mode(Ledger.accounts, {"account_ids": []}) == "remote"
        assert Ledger.accounts(account_ids=[]) == {}


class TestCopyThere:
    @pytest.mark.parametrize(("age", "answerer"), [(1.0, "service"), (60.0, "monolith")])
    def test_is_believed_only_while_it_is_fresh(self, at_most_five_seconds, monkeypatch, age, answerer):
        Route.objects.create(context="ledger", mode="remote")
        monkeypatch.setattr(remote, "exchange", lambda *_: Answer("ok", b"{}", age_seconds=age))
        monkeypatch.setattr(dispatch, "answer_locally", lambda *_: "monolith")

        answered = Ledger.accounts(account_ids=[])

        assert answered == ("monolith" if answerer == "monolith" else {})

    def test_tells_its_age_over_the_wire(self):
        carried = to_answer(to_reply(Answer("ok", b"1", age_seconds=1.25)))

        assert carried is not None
        assert carried.age_seconds == 1.25
