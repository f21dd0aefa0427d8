"""Does a saga end either completely done or completely undone?"""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.db import connection, transaction

from boundaries import Saga, step
from boundaries.facades.failure import OwnerMoved
from boundaries.facades.models import Ownership
from boundaries.facades.principal import Principal, acting_as, current_principal
from boundaries.facades.scope import call_scope, has_written, mark_written
from boundaries.messaging.models import SagaInstance, SagaState, SagaStep
from boundaries.messaging.saga import BadSaga, SagaOutsideTransaction, UnknownSaga
from boundaries.messaging.saga_record import acquire
from boundaries.messaging.saga_run import SagaInTransaction, run_saga
from boundaries.messaging.saga_worker import resume_round, resume_until_empty
from tests.messaging.conftest import REAL_COMMITS, commands, expire_leases, make_everything_due
from tests.messaging.declared import HastyTrip, Trip, TripData


def start(saga: type[Saga] = Trip, key: str | None = None) -> SagaInstance:
    with transaction.atomic():
        return saga.start(TripData(trip="t-1"), key=key)


@pytest.fixture
def steps_answer(monkeypatch):
    """Let steps fail: `steps_answer(pay="refused")`; an empty answer lets them work again."""

    def set_modes(**modes: str) -> None:
        for name, mode in modes.items():
            monkeypatch.setenv(f"STEP_{name.upper()}", mode)

    return set_modes


def run_out(saga_id, rounds: int = 20) -> SagaInstance:
    """Let workers go on, without waiting for the pauses, until the saga is finished."""
    for _number in range(rounds):
        make_everything_due()
        resume_round()
    return SagaInstance.objects.get(id=saga_id)


class TestStart:
    def test_BD413_refuses_outside_a_transaction(self, outbox):
        with pytest.raises(SagaOutsideTransaction):
            Trip.start(TripData("t-1"))

    def test_what_is_rolled_back_never_started(self, outbox):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the raise ends the block
            Trip.start(TripData("t-1"))
            raise ZeroDivisionError

        assert not SagaInstance.objects.exists()

    def test_the_same_key_is_the_same_saga(self, outbox):
        assert start(key="t-1").id == start(key="t-1").id
        assert start(HastyTrip, key="t-1").id != start(key="t-1").id

    def test_no_worker_takes_it_while_its_starter_may_still_run_it(self, outbox):
        saga = start()

        assert resume_until_empty() == 0
        make_everything_due()
        assert resume_until_empty() == 1
        assert SagaInstance.objects.get(id=saga.id).state == SagaState.COMPLETED

    def test_it_can_be_left_to_the_workers_at_once(self, outbox):
        with transaction.atomic():
            Trip.start(TripData("t-1"), resume_after_seconds=0)

        assert resume_until_empty() == 1


class TestForward:
    def test_every_step_is_called_once_in_order(self, outbox):
        saga = run_saga(start().id)

        assert saga.state == SagaState.COMPLETED
        assert saga.failure is None
        assert commands() == ["seat", "room", "pay", "confirm"]

    def test_a_step_can_change_the_data_for_those_after_it(self, outbox):
        saga = run_saga(start().id)

        assert saga.data["seat"] == "6b1d1c1e-0000-4000-8000-000000000001"
        assert Trip.decode(saga.data).seat is not None

    @REAL_COMMITS
    def test_no_lock_or_transaction_is_held_during_a_step(self, outbox):
        seen = []

        def look(_data, key):
            saga_id = key.partition(":")[0]
            seen.append(connection.in_atomic_block)
            with transaction.atomic():
                seen.append(SagaInstance.objects.select_for_update(nowait=True).get(id=saga_id).state)

        saga = one_step_saga(look)

        assert run_saga(start(saga).id).state == SagaState.COMPLETED
        assert seen == [False, "RUNNING"]

    def test_a_step_acts_for_whoever_started_the_saga(self, outbox):
        seen = []
        saga = one_step_saga(lambda data, key: seen.append(current_principal()))
        with acting_as(Principal("ann")):
            saga_id = start(saga).id

        run_saga(saga_id)

        assert seen == [Principal("ann")]

    def test_the_callers_scope_learns_what_the_steps_wrote(self, outbox):
        saga = one_step_saga(lambda data, key: mark_written("ledger"))
        saga_id = start(saga).id

        with call_scope():
            run_saga(saga_id)
            assert has_written("ledger")

    def test_BD414_refuses_inside_a_transaction(self, outbox):
        saga = start()

        with pytest.raises(SagaInTransaction), transaction.atomic():
            run_saga(saga.id)

    def test_a_finished_saga_is_only_read(self, outbox):
        saga = run_saga(start().id)

        assert run_saga(saga.id).state == SagaState.COMPLETED
        assert len(commands()) == 4

    def test_BD412_a_version_that_is_gone_is_left_alone(self, outbox):
        saga = start()
        SagaInstance.objects.update(version=7)
        make_everything_due()

        with pytest.raises(UnknownSaga, match=r"'orders\.trip' of version 7"):
            run_saga(saga.id)
        assert resume_round() == 0

    def test_an_instance_stays_with_the_version_it_was_started_with(self, outbox):
        old = start()

        class TripTwo(Saga, name="orders.trip", version=2, context="orders"):
            data: TripData
            other = step(lambda data, key: None)

        assert run_saga(old.id).state == SagaState.COMPLETED
        assert commands() == ["seat", "room", "pay", "confirm"]
        assert start(TripTwo).version == 2


class TestCompensation:
    def test_a_domain_error_before_the_pivot_undoes_in_reverse(self, outbox, steps_answer):
        steps_answer(pay="refused")

        saga = run_saga(start().id)

        assert saga.state == SagaState.COMPENSATED
        assert saga.failure == {"code": "tests.refused", "text": "Refused: pay."}
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]

    def test_a_step_that_was_refused_is_not_undone(self, outbox, steps_answer):
        steps_answer(room="refused")

        run_saga(start().id)

        assert commands() == ["seat", "seat:undo"]

    def test_an_unknown_outcome_is_undone_too(self, outbox, steps_answer):
        steps_answer(pay="unknown")

        saga = run_saga(start(HastyTrip).id)

        assert saga.state == SagaState.COMPENSATED
        assert commands() == ["seat", "pay", "pay:undo", "seat:undo"]

    def test_an_unknown_outcome_is_not_forgotten_when_a_later_attempt_is_unavailable(
        self, outbox, steps_answer
    ):
        steps_answer(pay="unknown")
        saga = start()
        run_saga(saga.id)
        steps_answer(pay="unavailable")
        SagaInstance.objects.update(deadline_at="2020-01-01T00:00:00Z")

        assert run_out(saga.id).state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "pay", "pay:undo", "room:undo", "seat:undo"]

    def test_an_unavailable_service_is_retried_until_the_deadline(self, outbox, steps_answer):
        steps_answer(pay="unavailable")
        saga = run_saga(start().id)
        assert saga.state == SagaState.RUNNING
        assert saga.failure["code"] == "BD310"

        assert run_out(saga.id).state == SagaState.RUNNING
        SagaInstance.objects.update(deadline_at="2020-01-01T00:00:00Z")

        assert run_out(saga.id).state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]

    def test_a_saga_that_does_not_wait_is_undone_at_once(self, outbox, steps_answer):
        steps_answer(pay="unavailable")

        saga = run_saga(start(HastyTrip).id, patience_seconds=5)

        assert saga.state == SagaState.COMPENSATED
        assert saga.failure["code"] == "BD310"
        assert commands() == ["seat", "seat:undo"]

    def test_an_undo_that_finds_nobody_is_repeated_until_it_works(self, outbox, steps_answer):
        steps_answer(pay="refused", room_undo="unavailable")
        saga = run_saga(start().id)
        assert saga.state == SagaState.COMPENSATING

        assert run_out(saga.id).state == SagaState.COMPENSATING
        assert commands() == ["seat", "room"]
        steps_answer(room_undo="")

        assert run_out(saga.id).state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]

    def test_independent_undos_do_not_wait_for_each_other(self, outbox, steps_answer):
        steps_answer(pay="unknown", pay_undo="unavailable")

        saga = run_saga(start(HastyTrip).id)

        assert saga.state == SagaState.COMPENSATING
        assert commands() == ["seat", "pay", "seat:undo"]
        steps_answer(pay_undo="")
        assert run_out(saga.id).state == SagaState.COMPENSATED
        assert commands() == ["seat", "pay", "seat:undo", "pay:undo"]

    def test_a_caller_does_not_wait_for_an_undo(self, outbox, steps_answer):
        steps_answer(pay="refused", room_undo="unavailable")
        started = time.monotonic()

        run_saga(start().id, patience_seconds=30)

        assert time.monotonic() - started < 5


class TestAfterThePivot:
    def test_an_unavailable_service_is_retried_for_ever(self, outbox, steps_answer):
        steps_answer(confirm="unavailable")
        saga = start()
        run_past_pivot_and_deadline(saga)

        assert run_out(saga.id, rounds=30).state == SagaState.RUNNING
        steps_answer(confirm="")

        assert run_out(saga.id).state == SagaState.COMPLETED
        assert commands() == ["seat", "room", "pay", "confirm"]

    def test_a_refusal_calls_for_a_person_and_undoes_nothing(self, outbox, steps_answer):
        steps_answer(confirm="refused")

        saga = run_out(run_saga(start().id).id)

        assert saga.state == SagaState.NEEDS_ATTENTION
        assert commands() == ["seat", "room", "pay"]

    def test_a_pivot_of_unknown_outcome_without_undo_is_repeated_not_turned_round(self, outbox, steps_answer):
        steps_answer(pay="unknown")
        from tests.messaging.declared import command

        class OneWay(Saga, name="orders.one_way", context="orders", on_unavailable="compensate"):
            data: TripData
            seat = step(command("seat"), undo=command("seat_undo"))
            pay = step(command("pay"), pivot=True)

        saga = run_saga(start(OneWay).id)
        assert saga.state == SagaState.RUNNING
        steps_answer(pay="")

        assert run_out(saga.id).state == SagaState.COMPLETED


class TestUnexpected:
    def test_it_is_written_down_retried_and_then_left_to_a_person(self, outbox, steps_answer):
        steps_answer(room="broken")

        saga = run_out(run_saga(start().id).id)

        assert saga.state == SagaState.NEEDS_ATTENTION
        assert saga.failure == {"code": "ZeroDivisionError", "text": "room"}
        row = SagaStep.objects.get(saga=saga, name="room")
        assert row.errors == Trip.attempts
        assert "Traceback" in row.last_error

    def test_a_change_of_the_wrong_type_is_found_at_its_step(self, outbox):
        saga = run_saga(start(one_step_saga(lambda data, key: {"seat": "no uuid"})).id)

        assert saga.state == SagaState.RUNNING
        assert "$.seat" in SagaStep.objects.get(saga=saga).last_error

    def test_one_broken_saga_does_not_stop_the_others(self, outbox):
        broken, fine = start(), start()
        SagaInstance.objects.filter(id=broken.id).update(principal={"no": "principal"})

        run_out(broken.id, rounds=1)

        assert SagaInstance.objects.get(id=fine.id).state == SagaState.COMPLETED


class TestLease:
    def test_two_workers_never_run_the_same_saga(self, outbox):
        saga = start()
        held = acquire(saga.id)

        assert held is not None
        assert acquire(saga.id) is None
        assert run_saga(saga.id).state == SagaState.RUNNING
        assert commands() == []

    @REAL_COMMITS
    def test_a_patient_caller_waits_for_the_worker_that_has_it(self, outbox, django_db_blocker):
        import threading

        saga = start()
        held = acquire(saga.id)

        def finish_later():
            with django_db_blocker.unblock():
                time.sleep(0.2)
                SagaInstance.objects.filter(lease_token=held.token).update(state=SagaState.COMPLETED)
            connection.close()

        worker = threading.Thread(target=finish_later)
        worker.start()
        try:
            assert run_saga(saga.id, patience_seconds=10).state == SagaState.COMPLETED
        finally:
            worker.join()

    def test_who_lost_the_lease_in_the_middle_of_a_step_writes_nothing(self, outbox):
        def lose_it(_data, key):
            expire_leases()
            assert acquire(key.partition(":")[0]) is not None

        saga = run_saga(start(one_step_saga(lose_it)).id)

        assert saga.state == SagaState.RUNNING
        assert SagaStep.objects.get(saga=saga).state == "started"

    def test_a_saga_of_a_context_that_is_written_elsewhere_is_left_alone(self, outbox):
        start()
        make_everything_due()
        Ownership.objects.create(context="orders", open=False, epoch=2)

        assert resume_round() == 0

    @REAL_COMMITS
    def test_BD316_says_that_the_sagas_own_context_has_moved(self, outbox):
        saga = start()
        with connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE FUNCTION refuse_saga() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  RAISE EXCEPTION 'moved' USING ERRCODE = 'MG001', DETAIL = '{"context": "orders", "epoch": 2}';
                END $$;
                CREATE TRIGGER gate BEFORE UPDATE ON boundaries_messaging_saga_instance
                  FOR EACH ROW EXECUTE FUNCTION refuse_saga();
                """
            )
        try:
            with pytest.raises(OwnerMoved) as caught:
                run_saga(saga.id)
            assert (caught.value.context, caught.value.epoch) == ("orders", 2)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP FUNCTION refuse_saga CASCADE")


class TestDeclaration:
    def test_BD411_refuses_a_step_before_the_pivot_that_cannot_be_undone(self):
        with pytest.raises(BadSaga, match="'first' comes before the pivot"):

            class Bad(Saga, name="x.bad", context="x"):
                data: TripData
                first = step(nothing)
                second = step(nothing, pivot=True)

    def test_BD411_takes_the_last_step_for_the_pivot_when_none_is_named(self):
        with pytest.raises(BadSaga, match="'first' comes before the pivot"):

            class Bad(Saga, name="x.bad", context="x"):
                data: TripData
                first = step(nothing)
                second = step(nothing)

    def test_BD411_refuses_an_undo_that_would_never_run(self):
        with pytest.raises(BadSaga, match="'second' comes after the pivot"):

            class Bad(Saga, name="x.bad", context="x"):
                data: TripData
                first = step(nothing, pivot=True)
                second = step(nothing, undo=nothing)

    def test_BD411_refuses_two_pivots_no_steps_no_data_and_unknown_options(self):
        with pytest.raises(BadSaga, match="more than one pivot"):
            type("Bad", (Saga,), {"a": step(nothing, pivot=True), "b": step(nothing, pivot=True),
                                  "__annotations__": {"data": TripData}}, name="x.bad", context="x")  # fmt: skip
        with pytest.raises(BadSaga, match="no steps"):
            type("Bad", (Saga,), {"__annotations__": {"data": TripData}}, name="x.bad", context="x")
        with pytest.raises(BadSaga, match="not annotated"):
            type("Bad", (Saga,), {"a": step(nothing)}, name="x.bad", context="x")
        with pytest.raises(BadSaga, match="'deadline' is not an option"):
            type("Bad", (Saga,), {"a": step(nothing)}, name="x.bad", context="x", deadline=3)


def nothing(_data, _key):
    return None


def one_step_saga(do) -> type[Saga]:
    class One(Saga, name=f"orders.one_{uuid4().hex}", context="orders"):
        data: TripData
        only = step(do)

    return One


def run_past_pivot_and_deadline(saga: SagaInstance) -> None:
    run_saga(saga.id)
    SagaInstance.objects.update(deadline_at="2020-01-01T00:00:00Z")
    assert SagaInstance.objects.get(id=saga.id).cursor == 3
