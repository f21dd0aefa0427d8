"""Do events reach a context in another deployable, through a real broker and a real worker?"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import celery
import psycopg
import pytest
import redis
from django.db import transaction

from boundaries import publish
from boundaries.facades.models import Ownership
from boundaries.messaging.celery import BrokerMissing, CeleryMissing, hang_up, own_queue, send
from boundaries.messaging.models import Delivery, DeliveryState
from boundaries.messaging.relay import relay_round, relay_until_empty
from tests.messaging.conftest import REAL_COMMITS, ROOT, command, effects, make_everything_due
from tests.messaging.declared import Noted
from tests.waiting import wait_for

pytestmark = REAL_COMMITS


@pytest.fixture
def broker_at(monkeypatch):
    """Let this process's Celery app be one that speaks to the broker at that address, or to none."""

    def use(url: str | None) -> None:
        hang_up()
        monkeypatch.setattr(celery, "current_app", celery.Celery("tests", broker=url, set_as_current=False))

    yield use
    hang_up()


@pytest.fixture
def redis_url(servers) -> str:
    """The embedded Redis, with nothing in our queues."""
    url = servers.environ["REDIS_URL"]
    redis.Redis.from_url(url).delete("boundaries.orders", "boundaries.monolith")
    return url


class Service:
    """The deployable that took `orders`: its own database on another cluster, its settings, its processes."""

    def __init__(self, url: str, redis_url: str) -> None:
        self.url = url
        self.env = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "tests.messaging.service_settings",
        }

    def run(self, *argv: str) -> None:
        subprocess.run(
            [sys.executable, *argv], env=self.env, cwd=ROOT, check=True, capture_output=True, timeout=60
        )

    def relay(self) -> None:
        subprocess.run(
            command("outbox", "relay", "--once"),
            env=self.env,
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def query(self, sql: str) -> list[tuple]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()

    def effects(self) -> list[tuple[str, int]]:
        return self.query("SELECT account, number FROM messaging_effect ORDER BY id")

    def set_owner(self, *, is_open: bool) -> None:
        self.query_nothing("DELETE FROM boundaries_facades_ownership")
        self.query_nothing(
            "INSERT INTO boundaries_facades_ownership (context, open, epoch, drained, address)"
            f" VALUES ('orders', {is_open}, 2, 2, '')"
        )

    def query_nothing(self, sql: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(sql)


@pytest.fixture
def service(fresh_database, redis_url):
    database = fresh_database(cluster="beta")
    service = Service(database.owner_url, redis_url)
    service.run("-m", "django", "migrate", "--verbosity", "0")
    service.run(
        "-c",
        "import django; django.setup(); from tests.messaging.declared import create_tables; create_tables()",
    )
    return service


@contextmanager
def worker(env: dict[str, str], queue: str):
    """A real worker process as a user would start it: one process, so that the order is kept."""
    argv = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.messaging.celery_app",
        "worker",
        "-Q",
        queue,
        "-c",
        "1",
    ]
    quiet = [
        "--pool",
        "solo",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel",
        "ERROR",
    ]
    process = subprocess.Popen([*argv, *quiet], env={**os.environ, **env}, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        finally:
            process.kill()


def test_given_a_context_that_moved_then_its_events_follow_it_and_come_back_with_it(
    outbox, service, broker_at, process_env, redis_url
):
    broker_at(redis_url)
    Ownership.objects.create(context="orders", open=False, epoch=2)
    service.set_owner(is_open=True)
    with transaction.atomic():
        for number in range(20):
            publish(Noted("a", number))
            publish(Noted("b", number))

    relay_until_empty()
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    with worker(service.env, "boundaries.orders"):
        wait_for(lambda: len(service.query("SELECT 1 FROM boundaries_messaging_delivery")) == 40, seconds=20)
    service.relay()

    for account in ("a", "b"):
        assert [number for name, number in service.effects() if name == account] == list(range(20))
    assert effects() == []

    # The owner goes back to the monolith while an event is on its way to the service.
    with transaction.atomic():
        publish(Noted("a", 20))
    relay_until_empty()
    Ownership.objects.update(open=True, epoch=3)
    service.set_owner(is_open=False)
    with worker(service.env, "boundaries.orders"):
        wait_for(lambda: len(service.query("SELECT 1 FROM boundaries_messaging_delivery")) == 41, seconds=20)
    service.relay()
    monolith = {**process_env, "REDIS_URL": redis_url}
    with worker(monolith, own_queue()):
        wait_for(lambda: Delivery.objects.filter(state=DeliveryState.PENDING).exists(), seconds=20)
    relay_until_empty()

    assert effects() == [("a", 20)]
    assert len(service.effects()) == 40


def test_given_a_broker_that_is_away_then_the_relay_goes_on_and_sends_when_it_is_back(
    outbox, broker_at, redis_url
):
    Ownership.objects.create(context="orders", open=False, epoch=2)
    with transaction.atomic():
        publish(Noted("a", 1))

    broker_at("redis://127.0.0.1:1/0")
    relay_round()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("pending", 0)
    assert "refused" in row.last_error.lower()

    broker_at(redis_url)
    make_everything_due()
    relay_round()

    assert Delivery.objects.get().state == "sent"


def test_given_a_broker_that_hung_up_between_two_batches_then_the_second_is_sent_at_once(
    outbox, broker_at, redis_url
):
    Ownership.objects.create(context="orders", open=False, epoch=2)
    broker_at(redis_url)
    for number in (1, 2):
        with transaction.atomic():
            publish(Noted("a", number))
        redis.Redis.from_url(redis_url).execute_command("CLIENT KILL TYPE normal SKIPME yes")
        relay_round()

    assert list(Delivery.objects.values_list("state", flat=True)) == ["sent"] * 2
    assert redis.Redis.from_url(redis_url).llen("boundaries.orders") == 2


def test_BD408_says_that_no_broker_is_configured(db, broker_at):
    broker_at(None)

    with pytest.raises(BrokerMissing, match="no broker"):
        send([], context="orders")


def test_BD407_says_that_celery_is_missing(monkeypatch):
    monkeypatch.setattr("boundaries.messaging.celery.find_spec", lambda name: None)

    with pytest.raises(CeleryMissing, match="orders"):
        send([], context="orders")
