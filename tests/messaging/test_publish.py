"""Is an event told if, and only if, what it tells about was committed?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from boundaries import event, publish
from boundaries.facades.principal import Principal, acting_as
from boundaries.messaging.event import UnknownEvent
from boundaries.messaging.models import Delivery, Event
from boundaries.messaging.publish import PublishOutsideTransaction, publish_all
from boundaries.testing.messaging import capture_events, deliver_all
from tests.messaging.conftest import REAL_COMMITS
from tests.messaging.declared import Noted


@event("orders.lonely", key="number")
@dataclass(frozen=True, slots=True)
class Lonely:
    number: int


class TestPublish:
    def test_BD401_refuses_outside_a_transaction(self, outbox):
        with pytest.raises(PublishOutsideTransaction, match=r"ledger\.noted"):
            publish(Noted("a", 1))

        assert not Event.objects.exists()

    def test_BD401_is_not_fooled_by_the_transaction_of_a_test_case(self, db):
        with pytest.raises(PublishOutsideTransaction):
            publish(Noted("a", 1))

    @REAL_COMMITS
    def test_a_transaction_without_atomic_is_one_too(self, outbox):
        transaction.set_autocommit(False)
        try:
            publish(Noted("a", 1))
            transaction.commit()
        finally:
            transaction.set_autocommit(True)

        assert Event.objects.count() == 1

    def test_what_is_rolled_back_was_never_told(self, outbox):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the raise ends the block
            publish(Noted("a", 1))
            raise ZeroDivisionError

        assert not Event.objects.exists()
        assert not Delivery.objects.exists()

    def test_it_takes_one_statement_for_any_number_of_events(self, outbox, django_assert_num_queries):
        with transaction.atomic(), django_assert_num_queries(1):
            publish_all([Noted("a", number) for number in range(50)])

        assert Delivery.objects.filter(consumer="orders.write_down", context="orders").count() == 50

    def test_it_takes_one_statement_where_nobody_listens(self, outbox, django_assert_num_queries):
        with transaction.atomic(), django_assert_num_queries(1):
            publish(Lonely(1))

    def test_the_row_is_what_debezium_expects(self, outbox):
        with transaction.atomic():
            event_id = publish(Noted("a-1", 7))

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT aggregatetype, aggregateid, type, payload FROM boundaries_messaging_event WHERE id = %s",
                [event_id],
            )
            assert cursor.fetchone() == (
                "ledger", "a-1", "ledger.noted", '{"number": 7, "account": "a-1", "is_poison": false}',
            )  # fmt: skip
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
                " AND column_name IN ('id', 'aggregatetype', 'aggregateid', 'type', 'payload') ORDER BY 1",
                ["boundaries_messaging_event"],
            )
            assert dict(cursor.fetchall()) == {
                "id": "uuid",
                "aggregatetype": "character varying",
                "aggregateid": "character varying",
                "type": "character varying",
                "payload": "jsonb",
            }

    def test_BD403_refuses_what_is_no_event(self, outbox):
        with pytest.raises(UnknownEvent), transaction.atomic():
            publish(object())


class TestEnvelope:
    def test_it_carries_who_and_why_through_a_chain_of_events(self, outbox, monkeypatch):
        from boundaries.messaging import consumer as consumers

        seen = []
        echo = Noted("echo", 2)

        def consume(noted, envelope):
            seen.append(envelope)
            if noted != echo:
                publish(echo)

        monkeypatch.setitem(
            consumers._consumers,
            "orders.write_down",
            consumers.Consumer("orders.write_down", ("ledger.noted",), consume),
        )
        with acting_as(Principal("ann", scopes=("pay",))), transaction.atomic():
            first = publish(Noted("a", 1))

        deliver_all()

        assert [envelope.causation for envelope in seen] == [None, first]
        assert {envelope.correlation for envelope in seen} == {first}
        assert {envelope.principal for envelope in seen} == {Principal("ann", scopes=("pay",))}
        assert [envelope.key for envelope in seen] == ["a", "echo"]


class TestCaptureEvents:
    def test_it_collects_what_was_kept_in_order(self, outbox):
        with capture_events() as events:
            with transaction.atomic():
                publish(Noted("a", 1))
                publish(Noted("a", 2))
            with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the raise ends the block
                publish(Noted("a", 3))
                raise ZeroDivisionError

        assert events == [Noted("a", 1), Noted("a", 2)]
