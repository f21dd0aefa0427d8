"""What becomes of a saga whose process is killed?"""

from __future__ import annotations

import os
import subprocess

import pytest
from django.db import transaction

from boundaries.messaging.models import SagaInstance, SagaState
from tests.messaging.conftest import REAL_COMMITS, ROOT, command, commands, expire_leases, make_everything_due
from tests.messaging.declared import Trip, TripData
from tests.messaging.test_relay_crash import stop_relay
from tests.waiting import wait_for

pytestmark = REAL_COMMITS
RESUME = ("saga", "resume", "--once")


@pytest.fixture
def due_saga(outbox) -> SagaInstance:
    with transaction.atomic():
        return Trip.start(TripData(trip="t-1"), resume_after_seconds=0)


class TestKilledWorker:
    @pytest.mark.parametrize("point", ["saga.before_step", "saga.after_step"])
    def test_given_a_saga_when_its_worker_is_killed_then_another_completes_it_and_no_step_happens_twice(
        self, point, due_saga, crash_at, process_env, run_boundaries
    ):
        crash_at(point, command(*RESUME), env=process_env, cwd=ROOT)
        expire_leases()
        ended = run_boundaries(*RESUME)

        assert ended.returncode == 0, ended.stderr
        assert SagaInstance.objects.get().state == SagaState.COMPLETED
        assert commands() == ["seat", "room", "pay", "confirm"]

    @pytest.mark.parametrize("point", ["saga.before_undo", "saga.after_undo"])
    def test_given_a_refused_saga_when_its_worker_is_killed_then_another_undoes_the_rest(
        self, point, due_saga, crash_at, process_env, run_boundaries
    ):
        refused = {"STEP_PAY": "refused"}
        crash_at(point, command(*RESUME), env={**process_env, **refused}, cwd=ROOT)
        expire_leases()
        run_boundaries(*RESUME, **refused)

        assert SagaInstance.objects.get().state == SagaState.COMPENSATED
        assert commands() == ["seat", "room", "room:undo", "seat:undo"]

    def test_given_a_step_that_its_worker_died_in_when_it_is_late_then_the_step_is_undone_too(
        self, due_saga, crash_at, process_env, run_boundaries
    ):
        crash_at("saga.after_step", command(*RESUME), env=process_env, cwd=ROOT)
        expire_leases()
        SagaInstance.objects.update(deadline_at="2020-01-01T00:00:00Z")
        run_boundaries(*RESUME)

        saga = SagaInstance.objects.get()
        assert (saga.state, saga.failure["code"]) == (SagaState.COMPENSATED, "saga.deadline")
        assert commands() == ["seat", "seat:undo"]


def test_given_a_dead_starter_when_a_worker_runs_then_it_finishes_the_saga_and_ends_on_sigterm(
    outbox, process_env
):
    worker = subprocess.Popen(command("saga", "resume"), env={**os.environ, **process_env}, cwd=ROOT)
    try:
        with transaction.atomic():
            Trip.start(TripData(trip="t-1"))
        make_everything_due()
        wait_for(lambda: SagaInstance.objects.get().state == SagaState.COMPLETED)
    finally:
        code = stop_relay(worker)

    assert code == 0
