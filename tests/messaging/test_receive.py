"""What happens to events from elsewhere, and which of them go there?"""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from boundaries import consumer, publish
from boundaries.contexts.map import reset_map
from boundaries.facades.models import Ownership
from boundaries.messaging.celery import own_queue, queue_of
from boundaries.messaging.listener import listeners_of
from boundaries.messaging.models import Delivery, DeliveryState, Event
from boundaries.messaging.receive import message_of, receive
from boundaries.messaging.relay import relay_until_empty
from boundaries.testing.messaging import deliver_all
from tests.messaging.conftest import effects
from tests.messaging.declared import Noted


@pytest.fixture
def wire(outbox):
    """Publish a note, and return what would be sent of it; the outbox is empty again."""

    def make(account: str, number: int) -> dict:
        with transaction.atomic():
            event_id = publish(Noted(account, number))
        message = json.loads(
            json.dumps(message_of(Delivery.objects.get(event_id=event_id, consumer="orders.write_down")))
        )
        Event.objects.all().delete()
        return message

    return make


class TestReceive:
    def test_the_event_arrives_as_it_was_told(self, wire):
        message = wire("a", 1)

        receive([message])
        deliver_all()

        assert effects() == [("a", 1)]
        assert str(Event.objects.get().id) == message["event"]["id"]
        assert Event.objects.get().occurred_at.isoformat() == message["event"]["occurred_at"].replace(
            "Z", "+00:00"
        )

    def test_receiving_twice_is_receiving_once(self, wire):
        message = wire("a", 1)

        receive([message, message])
        deliver_all()
        receive([message])
        deliver_all()

        assert effects() == [("a", 1)]

    def test_a_batch_keeps_its_order(self, wire):
        messages = [wire("a", number) for number in range(5)]

        receive(messages)
        deliver_all()

        assert effects() == [("a", number) for number in range(5)]

    def test_only_the_consumer_that_it_was_sent_for_gets_it(self, wire):
        seen = []
        consumer(Noted, name="orders.second")(lambda noted, envelope: seen.append(noted))

        receive([wire("a", 1) | {"consumer": "orders.write_down"}])
        deliver_all()

        assert (effects(), seen) == ([("a", 1)], [])

    def test_a_consumer_that_the_sender_does_not_know_gets_it_too(self, wire):
        message = wire("a", 1)
        seen = []
        consumer(Noted, name="orders.newer")(lambda noted, envelope: seen.append(noted))

        receive([message])
        deliver_all()

        assert (effects(), seen) == ([("a", 1)], [Noted("a", 1)])

    def test_what_is_sent_to_a_whole_context_reaches_all_its_consumers_and_no_other_contexts(self, wire):
        message = wire("a", 1) | {"consumer": "orders.*", "known": []}
        seen = []
        consumer(Noted, name="orders.second")(lambda noted, envelope: seen.append("orders"))
        consumer(Noted, name="ledger.other")(lambda noted, envelope: seen.append("ledger"))

        receive([message])
        deliver_all()

        assert (effects(), seen) == ([("a", 1)], ["orders"])

    def test_a_consumer_that_does_not_exist_here_becomes_visible_not_lost(self, wire):
        receive([wire("a", 1) | {"consumer": "orders.gone"}])
        relay_until_empty()

        assert "BD406" in Delivery.objects.get(consumer="orders.gone").last_error

    def test_a_delivery_that_was_sent_on_and_comes_back_is_due_again(self, wire):
        message = wire("a", 1)
        receive([message])
        Delivery.objects.update(state=DeliveryState.SENT)

        receive([message])
        deliver_all()

        assert effects() == [("a", 1)]


class TestAddress:
    def test_the_monolith_sends_to_the_contexts_queue_and_listens_on_its_own(self, settings):
        assert (queue_of("orders"), own_queue()) == ("boundaries.orders", "boundaries.monolith")

    def test_a_service_sends_to_the_monolith_which_knows_every_owner(self, settings):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "orders"}

        assert queue_of("ledger") == "boundaries.monolith"
        assert queue_of("orders") == "boundaries.monolith"
        assert own_queue() == "boundaries.orders"

    def test_a_service_sends_directly_to_a_context_that_has_left_for_good(self, settings, map_with):
        settings.BOUNDARIES = {
            **settings.BOUNDARIES,
            "SIDE": "orders",
            "MAP": map_with(ledger='state = "outside"'),
        }

        assert queue_of("ledger") == "boundaries.ledger"


class TestListeners:
    def test_a_context_that_left_is_told_as_a_whole(self, outbox, settings, map_with):
        settings.BOUNDARIES = {
            **settings.BOUNDARIES,
            "MAP": map_with(shipping='listens_to = ["ledger"]\nstate = "outside"'),
        }

        assert [listener.consumer for listener in listeners_of("ledger.noted")] == [
            "orders.write_down",
            "shipping.*",
        ]
        with transaction.atomic():
            publish(Noted("a", 1))
        assert set(Delivery.objects.values_list("consumer", "context")) == {
            ("orders.write_down", "orders"),
            ("shipping.*", "shipping"),
        }

    def test_a_context_at_home_without_consumers_is_not_told(self, settings, map_with):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "MAP": map_with(shipping='listens_to = ["ledger"]')}

        assert [listener.consumer for listener in listeners_of("ledger.noted")] == ["orders.write_down"]

    def test_a_service_tells_every_other_context_that_listens(self, settings, map_with):
        settings.BOUNDARIES = {
            **settings.BOUNDARIES,
            "SIDE": "ledger",
            "MAP": map_with(shipping='listens_to = ["ledger"]'),
        }

        assert [listener.consumer for listener in listeners_of("ledger.noted")] == [
            "orders.write_down",
            "shipping.*",
        ]

    def test_without_a_map_only_known_consumers_are_told(self, settings, monkeypatch):
        from boundaries.contexts.source import MapNotFound

        def no_map():
            raise MapNotFound(where="anywhere")

        monkeypatch.setattr("boundaries.messaging.listener.current_map", no_map)

        assert [listener.consumer for listener in listeners_of("ledger.noted")] == ["orders.write_down"]


class TestSendAway:
    def test_one_message_carries_the_batch_of_a_context_in_order(self, outbox, monkeypatch):
        sent = []
        monkeypatch.setattr(
            "boundaries.messaging.relay.send", lambda messages, context: sent.append(messages)
        )
        Ownership.objects.create(context="orders", open=False)
        with transaction.atomic():
            for number in range(3):
                publish(Noted(f"a-{number}", number))

        relay_until_empty()

        assert [[message["event"]["payload"]["number"] for message in batch] for batch in sent] == [[0, 1, 2]]

    def test_a_broker_that_is_away_costs_no_attempt(self, outbox, monkeypatch):
        def fail(messages, context):
            raise ConnectionError("no broker")

        monkeypatch.setattr("boundaries.messaging.relay.send", fail)
        Ownership.objects.create(context="orders", open=False)
        with transaction.atomic():
            publish(Noted("a", 1))

        relay_until_empty()

        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.last_error) == ("pending", 0, "no broker")


@pytest.fixture
def map_with(tmp_path):
    """The sample map with lines added to a context, or with one more context."""
    from tests.messaging.conftest import ROOT

    def make(**contexts: str) -> str:
        text = (
            (ROOT / "tests/sample/boundaries.toml").read_text().replace('root = "../.."', f'root = "{ROOT}"')
        )
        text = text.replace('state = "moving"\n', "")
        for name, lines in contexts.items():
            heading = f"[contexts.{name}]\n"
            if heading in text:
                text = text.replace(heading, f"{heading}{lines}\n")
            else:
                text += f'\n{heading}packages = ["tests.messaging"]\n{lines}\n'
        path = tmp_path / "boundaries.toml"
        path.write_text(text)
        reset_map()
        return str(path)

    yield make
    reset_map()
