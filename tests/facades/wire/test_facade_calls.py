from __future__ import annotations

import uuid
from decimal import Decimal
from pathlib import Path

import pytest

from boundaries.contexts.map import reset_map
from boundaries.facades import connection, outcome
from boundaries.facades.failure import ContractError, OutcomeUnknown, RemoteInTransaction, ServiceUnavailable
from boundaries.facades.principal import Principal, acting_as
from tests.facades.wire.parcels.public import Parcel, Parcels, TooHeavy
from tests.facades.wire.scripted import hang_up, reply, scripted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def monolith(settings, monkeypatch, service):
    """This process as the monolith that `parcels` has left."""
    settings.BOUNDARIES = {
        "MAP": str(Path(__file__).with_name("caller.toml")),
        "KEYS": {"parcels": ["the new key of monolith and parcels"]},
        "ROUTE_POLL_SECONDS": 0,
        "RETRY_BASE_SECONDS": 0.001,
    }
    monkeypatch.setenv("PARCELS_URL", service.url)
    reset_map()
    yield
    reset_map()
    connection.close_connections()


class TestACallToAContextThatHasLeft:
    def test_looks_like_any_other(self):
        found = Parcels.find(parcel_id=uuid.UUID(int=7), kilograms=Decimal("1.5"))

        assert found == Parcel(id=uuid.UUID(int=7), kilograms=Decimal("1.5"))

    @pytest.mark.parametrize(
        "call",
        [
            lambda: Parcels.find(parcel_id=uuid.UUID(int=7), kilograms=Decimal(31)),
            lambda: Parcels.stamp(label="anvil"),
        ],
        ids=["query", "command"],
    )
    def test_raises_domain_errors_as_their_class(self, call):
        with pytest.raises(TooHeavy) as refused:
            call()

        assert refused.value.kilograms > 30

    def test_happens_once_for_a_key(self):
        key = str(uuid.uuid4())

        assert Parcels.stamp.keyed(key)(label="x") == Parcels.stamp.keyed(key)(label="x")

    def test_is_made_for_the_present_principal(self):
        with acting_as(Principal("42")):
            assert Parcels.who_asks() == "42"

    def test_is_refused_inside_a_transaction(self):
        from django.db import transaction

        with pytest.raises(RemoteInTransaction), transaction.atomic():
            Parcels.stamp(label="x")

    def test_that_crashes_there_is_unknown_here(self):
        with pytest.raises(OutcomeUnknown):
            Parcels.drop()

    def test_finds_nobody(self, monkeypatch):
        with scripted(hang_up) as server:
            server.stop_listening()
            monkeypatch.setenv("PARCELS_URL", server.url)
            with pytest.raises(ServiceUnavailable):
                Parcels.stamp(label="x")

    def test_is_counted_and_so_is_one_without_an_answer(self, monkeypatch):
        outcome.flush()
        before = outcome.stored("parcels")
        Parcels.who_asks()
        with scripted(hang_up) as server:
            server.stop_listening()
            monkeypatch.setenv("PARCELS_URL", server.url)
            with pytest.raises(ServiceUnavailable):
                Parcels.stamp(label="x")

        outcome.flush()

        counted = outcome.stored("parcels").since(before)
        assert counted.failures == 1
        assert counted.calls >= 2

    def test_answered_in_another_form_breaks_the_contract(self, monkeypatch):
        with scripted(reply(200, b'{"id": "no uuid"}')) as server:
            monkeypatch.setenv("PARCELS_URL", server.url)
            with pytest.raises(ContractError):
                Parcels.find(parcel_id=uuid.UUID(int=7))
