"""Does every event reach every consumer, once, in order within its key?"""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from boundaries import consumer, publish
from boundaries.facades.models import Ownership
from boundaries.messaging.claim import Outcome, Result, backoff_seconds, claim, settle
from boundaries.messaging.models import Delivery, DeliveryState, Event, InboxMessage
from boundaries.messaging.relay import relay_forever, relay_round, relay_until_empty
from boundaries.testing.messaging import deliver_all
from tests.messaging.conftest import REAL_COMMITS, effects, expire_leases, make_everything_due, numbers
from tests.messaging.declared import Noted
from tests.waiting import wait_for


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


class TestDelivery:
    def test_each_consumer_has_the_event_once(self, tell):
        seen = []
        consumer(Noted, name="orders.second")(lambda noted, envelope: seen.append(noted.number))
        tell("a", 1)

        assert deliver_all() == 2
        assert deliver_all() == 0
        assert effects() == [("a", 1)]
        assert seen == [1]

    def test_effect_and_inbox_row_are_committed_together(self, tell):
        tell("a", 1, is_poison=True)

        relay_round()

        assert effects() == []
        assert not InboxMessage.objects.exists()

    def test_an_event_that_comes_again_has_no_second_effect(self, tell):
        tell("a", 1)
        deliver_all()
        Delivery.objects.update(state=DeliveryState.PENDING, settled_at=None)

        deliver_all()

        assert effects() == [("a", 1)]
        assert states() == ["done"]

    def test_the_events_of_a_key_arrive_in_the_order_of_publishing(self, tell):
        for number in range(5):
            tell("a", number)
            tell("b", number)

        deliver_all()

        assert numbers("a") == numbers("b") == list(range(5))

    def test_what_a_consumer_publishes_is_delivered_too(self, tell):
        @consumer(Noted, name="orders.echo")
        def echo(noted, _envelope):
            if noted.number == 1:
                publish(Noted("echo", 2))

        tell("a", 1)
        deliver_all()

        assert effects() == [("a", 1), ("echo", 2)]

    def test_a_consumer_may_want_several_events_and_gets_them_in_order(self, outbox):
        from dataclasses import dataclass

        from boundaries import event

        @event("ledger.crossed_out", key="account")
        @dataclass(frozen=True)
        class CrossedOut:
            account: str

        seen = []
        consumer(Noted, CrossedOut, name="orders.both")(lambda value, envelope: seen.append(envelope.name))
        with transaction.atomic():
            publish(Noted("a", 1))
            publish(CrossedOut("a"))
            publish(Noted("a", 2))

        deliver_all()

        assert seen == ["ledger.noted", "ledger.crossed_out", "ledger.noted"]

    def test_deliver_all_fails_with_the_consumers_own_words(self, tell):
        tell("a", 1, is_poison=True)

        with pytest.raises(AssertionError, match="this one is poison"):
            deliver_all()


@REAL_COMMITS
class TestOrderOfCommits:
    def test_an_event_with_a_lower_number_that_commits_later_is_not_lost(self, tell, django_db_blocker):
        stored, may_commit = threading.Event(), threading.Event()

        def slow_publisher():
            with django_db_blocker.unblock(), transaction.atomic():
                publish(Noted("slow", 1))
                stored.set()
                may_commit.wait(10)
            connection.close()

        publisher = threading.Thread(target=slow_publisher)
        publisher.start()
        stored.wait(10)
        tell("fast", 2)
        deliver_all()
        assert effects() == [("fast", 2)]

        may_commit.set()
        publisher.join()
        slow, fast = (Delivery.objects.get(event__aggregateid=key) for key in ("slow", "fast"))
        assert slow.id < fast.id
        deliver_all()

        assert effects() == [("fast", 2), ("slow", 1)]


class TestPoison:
    def test_it_parks_its_key_and_nobody_elses(self, tell):
        tell("a", 1)
        tell("a", 2, is_poison=True)
        tell("a", 3)
        tell("b", 4)

        relay_until_empty()

        assert effects() == [("a", 1), ("b", 4)]

    def test_it_becomes_a_dead_letter_after_its_attempts_and_still_holds_its_key(self, tell, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "DELIVERY_ATTEMPTS": 3}
        tell("a", 1, is_poison=True)
        tell("a", 2)

        attempts = 0
        while Delivery.objects.filter(state=DeliveryState.PENDING, attempts__gt=0).exists() or attempts == 0:
            make_everything_due()
            attempts += relay_round()

        # A round tries again at once what is due, but never more often than there are attempts.
        assert attempts == 3
        make_everything_due()
        assert relay_until_empty() == 0
        assert states() == ["dead", "pending"]
        assert "this one is poison" in Delivery.objects.order_by("id")[0].last_error

    def test_each_attempt_waits_longer_than_the_one_before_up_to_five_minutes(self):
        for attempts in range(1, 10):
            longest = 0.5 * 2 ** (attempts - 1)
            assert all(longest / 2 <= backoff_seconds(attempts) <= longest for _number in range(50))
        assert 150 <= backoff_seconds(2000) <= 300

    def test_a_failed_attempt_is_not_repeated_at_once(self, tell):
        tell("a", 1, is_poison=True)

        relay_until_empty()

        assert Delivery.objects.get().attempts == 1

    def test_BD406_a_consumer_that_this_process_lacks_counts_as_a_failure(self, tell):
        tell("a", 1)
        Delivery.objects.update(consumer="orders.gone")

        relay_round()

        assert "BD406" in Delivery.objects.get().last_error
        assert Delivery.objects.get().attempts == 1


class TestLease:
    def test_a_claimed_delivery_is_nobody_elses(self, tell):
        tell("a", 1)
        assert len(claim(limit=10, is_retry=False).deliveries) == 1

        assert claim(limit=10, is_retry=False).deliveries == []
        assert claim(limit=10, is_retry=True).deliveries == []

    def test_only_the_oldest_of_a_key_can_be_claimed(self, tell):
        for number in range(3):
            tell("a", number)
        tell("b", 9)

        batch = claim(limit=10, is_retry=False)

        assert [(item.event.aggregateid, item.event.payload["number"]) for item in batch.deliveries] == [
            ("a", 0),
            ("b", 9),
        ]

    def test_while_one_of_a_key_is_under_way_an_older_one_that_turned_up_waits(self, tell):
        tell("a", 1)
        tell("a", 2)
        first = Delivery.objects.order_by("id")[0]
        Delivery.objects.filter(id=first.id).update(state=DeliveryState.DONE)
        claim(limit=10, is_retry=False)
        Delivery.objects.filter(id=first.id).update(state=DeliveryState.PENDING)

        assert claim(limit=10, is_retry=False).deliveries == []

    def test_a_claim_that_ran_out_returns_to_the_pool_with_its_attempt_counted(self, tell):
        tell("a", 1)
        claim(limit=10, is_retry=False)
        expire_leases()

        again = claim(limit=10, is_retry=True)

        assert [item.attempts for item in again.deliveries] == [2]

    def test_who_lost_the_lease_settles_nothing(self, tell):
        tell("a", 1)
        lost = claim(limit=10, is_retry=False)
        expire_leases()
        claim(limit=10, is_retry=True)

        assert settle(lost, [Outcome(lost.deliveries[0], Result.DONE)]) == 0
        assert states() == ["pending"]

    def test_what_is_not_begun_when_the_lease_is_half_over_is_given_back_uncounted(self, tell, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "RELAY_LEASE_SECONDS": 0.0}
        tell("a", 1)

        relay_round()

        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.lease_token) == ("pending", 0, None)
        assert effects() == []

    def test_what_was_tried_before_is_claimed_alone(self, tell):
        for name in "abc":
            tell(name, 1)
        claim(limit=10, is_retry=False)
        expire_leases()
        tell("d", 1)

        assert len(claim(limit=10, is_retry=False).deliveries) == 1
        assert len(claim(limit=1, is_retry=True).deliveries) == 1


class TestOwner:
    """The gate in the database, cut down to one trigger, refuses the inbox of a context that has moved."""

    @pytest.fixture
    def closed_gate(self, outbox):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE FUNCTION refuse_inbox() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  RAISE EXCEPTION 'moved' USING ERRCODE = 'MG001', DETAIL = '{"context": "orders", "epoch": 2}';
                END $$;
                CREATE TRIGGER gate BEFORE INSERT ON boundaries_messaging_inbox_message
                  FOR EACH ROW WHEN (NEW.context = 'orders') EXECUTE FUNCTION refuse_inbox();
                """
            )
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_inbox CASCADE")

    def test_a_consumer_refused_by_the_fence_is_no_failed_attempt(self, closed_gate, tell):
        tell("a", 1)

        relay_round()

        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.last_error) == ("pending", 0, "")
        assert effects() == []

    def test_once_the_row_says_that_the_owner_is_elsewhere_it_is_sent_there(
        self, closed_gate, tell, monkeypatch
    ):
        sent = []
        monkeypatch.setattr(
            "boundaries.messaging.relay.send", lambda messages, context: sent.append((context, messages))
        )
        tell("a", 1)
        relay_round()
        Ownership.objects.create(context="orders", open=False, epoch=2)
        make_everything_due()

        relay_round()

        [(context, [message])] = sent
        assert (context, message["consumer"]) == ("orders", "orders.write_down")
        assert states() == ["sent"]

    def test_without_a_transport_it_is_held_back_uncounted(self, tell, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "TRANSPORT": "none"}
        Ownership.objects.create(context="orders", open=False, epoch=2)
        tell("a", 1)

        relay_round()

        row = Delivery.objects.get()
        assert (row.state, row.attempts) == ("pending", 0)
        assert "held back" in row.last_error


class TestRelayForever:
    @REAL_COMMITS
    def test_it_delivers_what_comes_and_ends_when_asked(self, tell, django_db_blocker):
        stop = threading.Event()

        def run():
            with django_db_blocker.unblock():
                relay_forever(stop)

        relay = threading.Thread(target=run)
        relay.start()
        tell("a", 1)
        wait_for(lambda: effects() == [("a", 1)])
        stop.set()
        relay.join(5)

        assert not relay.is_alive()

    def test_a_stop_in_the_middle_gives_back_what_is_not_begun(self, tell):
        stop = threading.Event()
        consumer(Noted, name="orders.write_down_and_stop")(lambda noted, envelope: stop.set())
        for name in "abc":
            tell(name, 1)

        relay_round(stop=stop)

        assert sorted(states()) == ["done"] * 2 + ["pending"] * 4
        assert set(Delivery.objects.filter(state="pending").values_list("attempts", "lease_token")) == {
            (0, None)
        }


def test_an_event_of_nobody_is_only_kept(outbox):
    Event.objects.create(
        id=uuid4(), type="x.y", aggregatetype="x", aggregateid="1", payload={}, context="x", version=1
    )

    assert relay_until_empty() == 0
