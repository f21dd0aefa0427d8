"""What can a person see and do, in Python and from the command line?"""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from boundaries.cli import main
from boundaries.facades.models import Ownership
from boundaries.messaging import inbox, outbox, saga_operator
from boundaries.messaging.models import Delivery, DeliveryState, Event, InboxMessage, SagaInstance, SagaState
from boundaries.messaging.outbox import NotStuck
from boundaries.messaging.relay import relay_round, relay_until_empty
from boundaries.messaging.saga_operator import PivotPassed, SagaNotStuck
from boundaries.messaging.saga_run import run_saga
from boundaries.messaging.saga_worker import resume_round
from boundaries.testing.messaging import deliver_all
from tests.messaging.conftest import commands, effects, make_everything_due
from tests.messaging.declared import Trip, TripData

NOTHING_IS_TOO_YOUNG = timedelta(seconds=-1)


@pytest.fixture
def dead_letter(tell, settings) -> Delivery:
    settings.BOUNDARIES = {**settings.BOUNDARIES, "DELIVERY_ATTEMPTS": 1}
    tell("a", 1, is_poison=True)
    tell("a", 2)
    relay_until_empty()
    return Delivery.objects.get(state=DeliveryState.DEAD)


@pytest.fixture
def boundaries(capsys):
    """Run a verb in this process: exit code, and the JSON object that it printed."""

    def run(*arguments: str) -> tuple[int, dict]:
        code = main([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


class TestOutbox:
    def test_status_names_the_dead_letter_and_what_it_holds_back(self, dead_letter):
        found = outbox.status()

        [told] = found["dead_letters"]
        assert (told["id"], told["consumer"], told["holds_back"]) == (dead_letter.id, "orders.write_down", 1)
        assert "this one is poison" in told["error"]
        assert [(row["consumer"], row["pending"]) for row in found["pending"]] == [("orders.write_down", 1)]

    def test_a_retried_dead_letter_lets_its_key_go_on(self, dead_letter):
        Event.objects.filter(id=dead_letter.event_id).update(payload={"account": "a", "number": 1})

        outbox.retry(dead_letter.id)
        deliver_all()

        assert effects() == [("a", 1), ("a", 2)]

    def test_a_skipped_dead_letter_lets_its_key_go_on_without_it(self, dead_letter):
        outbox.skip(dead_letter.id, reason="sent by mistake")
        deliver_all()

        assert effects() == [("a", 2)]
        assert Delivery.objects.get(id=dead_letter.id).last_error == "Skipped: sent by mistake"

    def test_BD409_refuses_what_is_not_stuck(self, tell):
        tell("a", 1)
        deliver_all()

        with pytest.raises(NotStuck, match="done"):
            outbox.retry(Delivery.objects.get().id)
        with pytest.raises(NotStuck, match="does not exist"):
            outbox.skip(0, reason="")

    def test_prune_keeps_what_somebody_still_waits_for(self, dead_letter, tell):
        tell("b", 3)
        relay_round()

        assert outbox.prune(older_than=timedelta(days=1)) == 0
        assert outbox.prune(older_than=NOTHING_IS_TOO_YOUNG) == 1
        assert set(Delivery.objects.values_list("state", flat=True)) == {"dead", "pending"}


class TestInbox:
    def test_prune_forgets_only_what_is_owned_here(self, tell):
        tell("a", 1)
        deliver_all()
        InboxMessage.objects.create(id=uuid4(), context="moved", consumer="moved.x", event_id=uuid4())
        Ownership.objects.create(context="moved", open=False)

        assert [(row["context"], row["messages"]) for row in inbox.status()] == [("moved", 1), ("orders", 1)]
        assert inbox.prune(older_than=timedelta(days=1)) == 0
        assert inbox.prune(older_than=NOTHING_IS_TOO_YOUNG) == 1
        assert InboxMessage.objects.get().context == "moved"


class TestSagas:
    @pytest.fixture
    def stuck(self, outbox, monkeypatch) -> SagaInstance:
        """A saga whose last step, after the pivot, fails in a way that nobody expected."""
        monkeypatch.setenv("STEP_CONFIRM", "broken")
        saga = start()
        run_saga(saga.id)
        finish(SagaState.NEEDS_ATTENTION)
        return SagaInstance.objects.get()

    def test_retry_goes_on_with_all_attempts_again(self, stuck, monkeypatch):
        monkeypatch.setenv("STEP_CONFIRM", "")

        saga_operator.retry(stuck.id)
        resume_round()

        assert SagaInstance.objects.get().state == SagaState.COMPLETED

    def test_retry_of_a_stuck_compensation_goes_on_undoing(self, outbox, monkeypatch):
        monkeypatch.setenv("STEP_PAY", "refused")
        monkeypatch.setenv("STEP_ROOM_UNDO", "broken")
        saga = start()
        run_saga(saga.id)
        finish(SagaState.NEEDS_ATTENTION)
        monkeypatch.setenv("STEP_ROOM_UNDO", "")

        saga_operator.retry(saga.id)
        resume_round()

        assert SagaInstance.objects.get().state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]

    def test_BD415_refuses_to_retry_what_needs_no_attention(self, outbox):
        with pytest.raises(SagaNotStuck, match="RUNNING"):
            saga_operator.retry(start().id)

    def test_BD416_refuses_to_undo_past_the_pivot(self, stuck):
        with pytest.raises(PivotPassed, match="its pivot 'pay' has happened"):
            saga_operator.compensate(stuck.id)

    def test_BD416_refuses_what_is_finished_or_unknown(self, outbox):
        saga = start()
        run_saga(saga.id)

        with pytest.raises(PivotPassed, match="it is COMPLETED"):
            saga_operator.compensate(saga.id)
        with pytest.raises(PivotPassed, match="does not exist"):
            saga_operator.compensate(uuid4())

    def test_compensate_turns_a_waiting_saga_round(self, outbox, monkeypatch):
        monkeypatch.setenv("STEP_PAY", "unavailable")
        saga = start()
        run_saga(saga.id)

        saga_operator.compensate(saga.id)
        resume_round()

        assert SagaInstance.objects.get().state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]


class TestVerbs:
    def test_outbox_tells_delivers_and_ends(self, tell, boundaries):
        tell("a", 1)

        assert boundaries("outbox", "status")[1]["pending"][0]["pending"] == 1
        assert boundaries("outbox", "relay", "--once", "--with-sagas") == (0, {"attempts": 1, "sagas": 0})
        assert boundaries("outbox", "status") == (0, {"pending": [], "dead_letters": []})
        assert boundaries("outbox", "prune", "--older-than-days", "-1") == (0, {"deleted": 1})

    def test_a_dead_letter_is_something_found(self, dead_letter, boundaries, capsys):
        assert boundaries("outbox", "status")[0] == 1
        assert main(["outbox", "status"]) == 1
        assert f"boundaries outbox retry {dead_letter.id}" in capsys.readouterr().out
        assert boundaries("outbox", "retry", str(dead_letter.id)) == (0, {"retried": dead_letter.id})
        assert boundaries("outbox", "skip", str(dead_letter.id), "--reason", "x")[0] == 0

    def test_a_refusal_is_one_line_and_exit_code_2(self, outbox, boundaries, capsys):
        code, told = boundaries("outbox", "retry", "0")
        assert (code, told["error"]["code"]) == (2, "BD409")

        assert main(["outbox", "retry", "0"]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_inbox_tells_and_forgets(self, tell, boundaries):
        tell("a", 1)
        deliver_all()

        assert boundaries("inbox", "status")[1]["contexts"][0]["messages"] == 1
        assert boundaries("inbox", "prune") == (0, {"deleted": 0})

    def test_saga_lists_resumes_and_turns_round(self, outbox, boundaries):
        saga = start()
        assert boundaries("saga", "compensate", str(saga.id))[0] == 0
        assert boundaries("saga", "resume", "--once") == (0, {"sagas": 1})
        code, told = boundaries("saga", "list", "--state", "COMPENSATED")
        assert (code, [row["id"] for row in told["sagas"]]) == (0, [str(saga.id)])
        assert boundaries("saga", "retry", str(saga.id))[0] == 2

    @pytest.mark.parametrize("verb", [("outbox", "status"), ("inbox", "status"), ("saga", "list")])
    def test_with_nothing_there_it_says_so(self, verb, outbox, capsys):
        assert main(list(verb)) == 0
        assert capsys.readouterr().out.strip() in {"Nothing waits.", "Nothing was consumed yet.", "No sagas."}


class TestStartUp:
    def test_BD410_reports_a_consumer_whose_context_does_not_declare_that_it_listens(self):
        from boundaries import consumer
        from boundaries.messaging.checks import check_listeners
        from tests.messaging.declared import Noted

        assert check_listeners() == []
        consumer(Noted, name="ledger.fine")(lambda noted, envelope: None)
        assert check_listeners() == []
        consumer(make_event(), name="ledger.not_fine")(lambda value, envelope: None)

        [found] = check_listeners()
        assert found.id == "boundaries.BD410"
        assert "ledger.not_fine wants orders.shipped" in found.msg

    def test_the_inbox_and_the_sagas_move_with_their_context(self):
        from boundaries.contexts.table import tables_of

        specs = {
            spec.table: spec for spec in tables_of("orders") if spec.table.startswith("boundaries_messaging")
        }

        assert set(specs) == {
            "boundaries_messaging_inbox_message",
            "boundaries_messaging_saga_instance",
            "boundaries_messaging_saga_step",
        }
        assert {(spec.key, spec.where, spec.gate) for spec in specs.values()} == {
            (("id",), "context = 'orders'", "row")
        }

    def test_BD405_refuses_a_consumers_name_that_is_no_name_or_taken(self):
        from boundaries import consumer
        from boundaries.messaging.consumer import BadConsumer
        from tests.messaging.declared import Noted

        with pytest.raises(BadConsumer, match="not a consumer's name"):
            consumer(Noted, name="mail")(lambda noted, envelope: None)
        with pytest.raises(BadConsumer, match=r"taken by tests\.messaging\.declared\.write_down"):
            consumer(Noted, name="orders.write_down")(lambda noted, envelope: None)

    def test_the_models_and_the_migrations_agree(self, db):
        from django.core.management import call_command

        call_command("makemigrations", "boundaries_messaging", check=True, dry_run=True, verbosity=0)


def make_event() -> type:
    from dataclasses import dataclass

    from boundaries import event

    @event("orders.shipped", key="number")
    @dataclass(frozen=True)
    class Shipped:
        number: int

    return Shipped


def start() -> SagaInstance:
    with transaction.atomic():
        return Trip.start(TripData("t-1"), resume_after_seconds=0)


def finish(state: str) -> None:
    """Let workers go on until the one saga has reached a state."""
    for _number in range(20):
        make_everything_due()
        resume_round()
        if SagaInstance.objects.get().state == state:
            return
    raise AssertionError(f"the saga never became {state}")
