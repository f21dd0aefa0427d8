"""A local query goes straight to its method while routes and owners stay as they are: does it notice when they change?"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from boundaries.facades import routing, scope
from boundaries.facades.facade import NOT_AT_ONCE
from boundaries.facades.failure import RemoteFailure
from boundaries.facades.models import Ownership, Route, RouteMode
from boundaries.facades.present import present
from tests.sample.ledger.public import Ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_background(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the thread were running; it reads when the test says so."""
    monkeypatch.setenv("LEDGER_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(routing.keeper, "is_running", True)
    monkeypatch.setattr(Ledger.accounts, "at_once", NOT_AT_ONCE)
    routing.refresh()
    yield
    present.snapshot = None


def ask() -> object:
    return Ledger.accounts(account_ids=[uuid.uuid4()])


class TestTheShortcut:
    def test_is_taken_from_the_second_call_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert ask() == {}
        monkeypatch.setattr("boundaries.facades.dispatch.call", None)
        monkeypatch.setattr("boundaries.facades.dispatch._query", None)

        assert ask() == {}

    @pytest.mark.parametrize("mode", [RouteMode.REMOTE, RouteMode.VERIFY_REMOTE])
    def test_ends_with_the_route(self, mode: str) -> None:
        ask()
        Route.objects.create(context="ledger", mode=mode)
        routing.refresh()

        with pytest.raises(RemoteFailure):
            ask()

    def test_ends_with_the_ownership_for_whoever_has_written(self) -> None:
        Route.objects.create(context="ledger", mode=RouteMode.LOCAL)
        routing.refresh()
        ask()
        Ownership.objects.create(context="ledger", open=False)
        routing.refresh()

        with scope.call_scope():
            assert ask() == {}
            scope.mark_written("ledger")
            with pytest.raises(RemoteFailure):
                ask()

    def test_still_refuses_arguments_that_do_not_fit(self) -> None:
        ask()

        for wrong in ({}, {"accounts": []}, {"account_ids": [], "more": 1}):
            with pytest.raises(TypeError):
                Ledger.accounts(**wrong)
        with pytest.raises(TypeError, match="keyword arguments only"):
            Ledger.accounts([])

    def test_is_not_inherited_by_a_forked_worker(self) -> None:
        ask()
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            os.write(
                writer, b"none" if present.snapshot is None and not routing.keeper.is_running else b"some"
            )
            os._exit(0)
        os.waitpid(child, 0)

        assert os.read(reader, 4) == b"none"
