"""Does a projection say the same after it was made anew?"""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from boundaries import publish
from boundaries.messaging.models import Delivery, InboxMessage
from boundaries.messaging.projection import Projection, on
from boundaries.testing.messaging import deliver_all
from tests.messaging.conftest import REAL_COMMITS
from tests.messaging.declared import Noted
from tests.sample.orders.models import Order
from tests.waiting import wait_for


@pytest.fixture
def latest():
    """The newest number of each account, kept in the sample's orders."""

    class Latest(Projection, name="orders.latest", models=[Order]):
        @on(Noted)
        def noted(self, noted: Noted, _envelope) -> None:
            Order.objects.update_or_create(number=noted.account, defaults={"deposits_seen": noted.number})

    return Latest


def rows() -> dict[str, int]:
    return dict(Order.objects.values_list("number", "deposits_seen"))


class TestProjection:
    def test_it_follows_the_events(self, latest, tell):
        tell("a", 1)
        tell("a", 2)
        deliver_all()

        assert rows() == {"a": 2}

    def test_rebuilding_throws_away_what_no_event_has_said(self, latest, tell):
        tell("a", 1)
        tell("b", 2)
        deliver_all()
        Order.objects.update(deposits_seen=99)
        Order.objects.create(number="stray")

        assert latest.rebuild() == 2
        assert rows() == {"a": 1, "b": 2}

    def test_a_new_projection_gets_the_past(self, tell, request):
        tell("a", 1)
        tell("a", 2)
        deliver_all()
        assert rows() == {}
        latest = request.getfixturevalue("latest")

        assert latest.rebuild() == 2
        assert rows() == {"a": 2}

    def test_what_is_still_to_be_delivered_is_left_to_the_relay(self, latest, tell):
        tell("a", 1)

        assert latest.rebuild() == 0
        deliver_all()
        assert rows() == {"a": 1}

    def test_what_was_consumed_but_not_settled_is_not_forgotten(self, latest, tell):
        tell("a", 1)
        deliver_all()
        Delivery.objects.update(state="pending", settled_at=None)
        assert InboxMessage.objects.filter(consumer="orders.latest").exists()

        assert latest.rebuild() == 1
        deliver_all()
        assert rows() == {"a": 1}

    def test_a_rebuild_that_fails_leaves_the_old_rows(self, latest, tell):
        tell("a", 1)
        deliver_all()

        def fail(self, noted, envelope):
            raise ZeroDivisionError

        latest.handlers["ledger.noted"] = fail
        with pytest.raises(ZeroDivisionError):
            latest.rebuild()

        assert rows() == {"a": 1}

    @REAL_COMMITS
    def test_a_delivery_waits_until_the_rebuild_has_committed(self, latest, tell, django_db_blocker):
        tell("a", 1)
        deliver_all()
        entered, may_go_on = threading.Event(), threading.Event()
        original = latest.handlers["ledger.noted"]

        def slow(self, noted, envelope):
            original(self, noted, envelope)
            if threading.current_thread() is rebuilder:
                entered.set()
                may_go_on.wait(10)

        latest.handlers["ledger.noted"] = slow
        rebuilder = in_thread(latest.rebuild, django_db_blocker)
        entered.wait(10)
        with transaction.atomic():
            publish(Noted("a", 2))
        deliverer = in_thread(deliver_all, django_db_blocker)
        wait_for(waiting_for_lock)
        assert rows() == {"a": 1}

        may_go_on.set()
        rebuilder.join()
        deliverer.join()
        assert rows() == {"a": 2}


def in_thread(work, blocker) -> threading.Thread:
    def run():
        with blocker.unblock():
            try:
                work()
            finally:
                connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def waiting_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0
