"""What is left when a relay is killed, and when several work at once?"""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from django.db import transaction

from boundaries.messaging.models import Delivery, DeliveryState
from boundaries.messaging.publish import publish_all
from boundaries.messaging.relay import relay_round
from tests.messaging.conftest import (
    REAL_COMMITS,
    ROOT,
    command,
    effects,
    expire_leases,
    make_everything_due,
    numbers,
)
from tests.messaging.declared import Noted
from tests.waiting import wait_for

pytestmark = REAL_COMMITS
POINTS = ["relay.after_claim", "relay.before_commit", "relay.after_send", "relay.before_settle"]


class TestKilledRelay:
    @pytest.mark.parametrize("point", POINTS)
    def test_given_events_when_the_relay_is_killed_then_each_has_its_effect_once_and_in_order(
        self, point, tell, crash_at, process_env, run_boundaries
    ):
        for number in range(3):
            tell("a", number)
            tell("b", number)

        crash_at(point, command("outbox", "relay", "--once"), env=process_env, cwd=ROOT)
        assert Delivery.objects.filter(state=DeliveryState.PENDING).exists()
        expire_leases()
        ended = run_boundaries("outbox", "relay", "--once")

        assert ended.returncode == 0, ended.stderr
        assert numbers("a") == numbers("b") == [0, 1, 2]
        assert not Delivery.objects.exclude(state=DeliveryState.DONE).exists()

    def test_given_an_event_that_kills_relays_then_it_alone_ends_as_a_dead_letter(self, tell, run_boundaries):
        for name in ("good", "killer", "other"):
            tell(name, 1)
        deaths = 0
        killer = {"DIES_ON": "killer", "ATTEMPTS": "3"}
        while (ended := run_boundaries("outbox", "relay", "--once", **killer)).returncode != 0:
            assert ended.returncode == -signal.SIGKILL, ended.stderr
            deaths += 1
            assert deaths < 6
            expire_leases()

        assert sorted(effects()) == [("good", 1), ("other", 1)]
        letter = Delivery.objects.get(event__aggregateid="killer")
        assert letter.state == DeliveryState.DEAD
        assert "death of its relay" in letter.last_error
        assert Delivery.objects.filter(state=DeliveryState.DONE).count() == 2


class TestRelaysSideBySide:
    def test_two_relays_share_the_work_and_keep_the_order(self, outbox, process_env):
        accounts = [f"account-{number}" for number in range(40)]
        relays = [start_relay(process_env) for _number in range(2)]
        try:
            for number in range(5):
                with transaction.atomic():
                    publish_all([Noted(account, number) for account in accounts])
            wait_for(lambda: len(effects()) == 200, seconds=30)
        finally:
            codes = [stop_relay(relay) for relay in relays]

        assert codes == [0, 0]
        assert all(numbers(account) == list(range(5)) for account in accounts)
        assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}

    def test_a_relay_and_the_sagas_run_in_one_process_and_end_on_sigterm(self, tell, process_env):
        relay = start_relay(process_env, "--with-sagas")
        tell("a", 1)
        wait_for(lambda: effects() == [("a", 1)])

        assert stop_relay(relay) == 0


def start_relay(env: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command("outbox", "relay", *arguments), env={**os.environ, **env}, cwd=ROOT)


def stop_relay(relay: subprocess.Popen[bytes]) -> int:
    relay.send_signal(signal.SIGTERM)
    try:
        return relay.wait(10)
    finally:
        relay.kill()


def test_given_a_retry_that_is_due_when_a_round_runs_then_it_is_tried_beside_the_new_ones(tell):
    tell("old", 1)
    Delivery.objects.update(attempts=1)
    make_everything_due()
    tell("new", 2)

    relay_round()

    assert sorted(effects()) == [("new", 2), ("old", 1)]
