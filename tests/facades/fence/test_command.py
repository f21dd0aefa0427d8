"""Does a command find its owner through a switch, and happen once?"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from boundaries.facades import routing
from boundaries.facades.failure import OwnerMoved, OwnerUnknown
from boundaries.facades.models import Receipt
from tests.facades.fence import urls
from tests.facades.fence.conftest import Place
from tests.sample.ledger.local import LocalLedger
from tests.sample.ledger.models import Entry
from tests.sample.ledger.public import Ledger
from tests.sample.orders.models import Order

FIVE = Decimal("5.00")


@pytest.fixture
def account(place: Place) -> uuid.UUID:
    return Ledger.open_account(owner="Ada")


@contextmanager
def _unaware(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process whose snapshot of the owners is not due to be read again for a minute."""
    for name, value in {"is_running": True, "poll_seconds": 60.0, "snapshot": routing.refresh()}.items():
        monkeypatch.setattr(routing.keeper, name, value)
    yield
    monkeypatch.undo()


class TestInsideTheCallersTransaction:
    def test_it_raises_owner_moved_and_the_transaction_goes_on(
        self, place: Place, account, monkeypatch
    ) -> None:
        with _unaware(monkeypatch), transaction.atomic():
            place.close()
            with pytest.raises(OwnerMoved) as moved:
                Ledger.deposit.keyed("k")(account_id=account, amount=FIVE)
            Order.objects.create(number="after")

        assert moved.value.epoch == 2
        assert Order.objects.get().number == "after"
        assert not Receipt.objects.filter(key="k").exists()

    def test_a_stale_snapshot_in_repeatable_read_means_the_same(
        self, place: Place, account, monkeypatch
    ) -> None:
        with _unaware(monkeypatch), transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            Order.objects.create(number="before")
            place.close()
            with pytest.raises(OwnerMoved):
                Ledger.deposit(account_id=account, amount=FIVE)
            Order.objects.create(number="after")

        assert Order.objects.count() == 2


class TestRequestInsideATransaction:
    @pytest.fixture
    def ask(self, place: Place, account, client, settings, monkeypatch) -> Iterator[Callable[[str], Any]]:
        """Ask a view whose transaction is open when the writes move to the service."""
        settings.ROOT_URLCONF = "tests.facades.fence.urls"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "boundaries.facades.middleware.BoundariesMiddleware"]
        settings.BOUNDARIES = {**settings.BOUNDARIES, "REPLAY_VIEWS": ["replayable"], "IN_ATOMIC": "allow"}
        monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)

        def move_once() -> None:
            urls.work.clear()
            place.flip("service")

        monkeypatch.setattr(urls, "work", [move_once])
        with _unaware(monkeypatch):
            yield lambda view: client.post(f"/{view}?account={account}", b"12345", "text/plain")

    def test_is_run_again_once_where_that_is_declared(self, ask, place: Place) -> None:
        answer = ask("replayable")

        assert (answer.status_code, answer.json()) == (200, {"balance": "5.00", "orders_seen": 0})
        assert [order.number for order in Order.objects.all()] == ["attempt 0 of 5 bytes"]
        assert place.count("service", "ledger_entry") == 1

    def test_is_answered_with_503_elsewhere(self, ask, place: Place) -> None:
        answer = ask("once")

        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "BD316", "1")
        assert not Order.objects.exists()
        assert place.count("service", "ledger_entry") == 0


class TestNobodyOwns:
    def test_a_command_waits_as_long_as_stated_and_has_done_nothing(
        self, place: Place, account, settings
    ) -> None:
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SWITCH_PATIENCE_SECONDS": 0.3}
        place.close()

        with pytest.raises(OwnerUnknown) as unknown:
            Ledger.deposit(account_id=account, amount=FIVE)

        assert unknown.value.waited_seconds >= 0.3
        assert [place.count(side, "ledger_entry") for side in ("monolith", "service")] == [0, 0]

    def test_a_command_goes_on_as_soon_as_somebody_does(self, place: Place, account) -> None:
        with ThreadPoolExecutor() as pool:
            place.close()
            waiting = _start(pool, lambda: Ledger.deposit(account_id=account, amount=FIVE))
            place.execute("UPDATE boundaries_facades_ownership SET open = true, epoch = 3")

            assert waiting.result(10) == FIVE


class TestAcrossTheSwitch:
    def test_a_command_in_flight_ends_on_the_old_side_and_its_duplicate_is_answered_by_the_new_one(
        self, place: Place, account, monkeypatch, settings
    ) -> None:
        settings.BOUNDARIES = {**settings.BOUNDARIES, "GATE_TIMEOUT_MS": 1_900}
        paused, go_on = _pause_deposits(monkeypatch)
        deposit = Ledger.deposit.keyed("once")
        with ThreadPoolExecutor() as pool:
            first = _start(pool, lambda: deposit(account_id=account, amount=FIVE))
            assert paused.wait(5)
            switched = _start(pool, lambda: place.flip("service"))
            _wait_for_waiters(place, "ExclusiveLock")
            monkeypatch.undo()
            duplicate = _start(pool, lambda: deposit(account_id=account, amount=FIVE))
            _wait_for_waiters(place, "ShareLock")
            go_on.set()

            assert first.result(10) == duplicate.result(10) == FIVE
            assert switched.result(10).owner == "service"

        assert place.count("service", "ledger_entry") == 1
        assert Ledger.deposit(account_id=account, amount=FIVE) == 2 * FIVE
        assert place.count("monolith", "ledger_entry") == 1

    def test_a_key_means_the_same_after_the_switch_and_after_the_way_back(
        self, place: Place, account
    ) -> None:
        deposit = Ledger.deposit.keyed("once")
        balances = [deposit(account_id=account, amount=FIVE)]
        for side in ("service", "monolith"):
            place.flip(side)
            balances.append(deposit(account_id=account, amount=FIVE))

        assert balances == [FIVE] * 3
        assert Entry.objects.count() == 1

    def test_receipts_left_behind_let_a_key_happen_twice(self, place: Place, account) -> None:
        """A mutant: it shows that the test above would notice, and why the receipts move."""
        deposit = Ledger.deposit.keyed("once")
        deposit(account_id=account, amount=FIVE)

        place.flip("service", leaving_behind="boundaries_facades_receipt")

        assert deposit(account_id=account, amount=FIVE) == 2 * FIVE
        assert place.count("service", "ledger_entry") == 2


def _pause_deposits(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let the next deposit stand still after its effect; (it stands, it may go on)."""
    paused, go_on = threading.Event(), threading.Event()
    effect = LocalLedger.deposit

    def deposit(self: LocalLedger, **arguments: Any) -> Decimal:
        balance = effect(self, **arguments)
        paused.set()
        assert go_on.wait(10)
        return balance

    monkeypatch.setattr(LocalLedger, "deposit", deposit)
    return paused, go_on


def _start(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Future[Any]:
    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


def _wait_for_waiters(place: Place, mode: str) -> None:
    """Until somebody queues for the gate in this mode."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = %s AND NOT granted"
    deadline = time.monotonic() + 5
    with psycopg.connect(place.url("monolith"), autocommit=True) as observer:
        while not observer.execute(query, [mode]).fetchone()[0]:
            assert time.monotonic() < deadline, f"nobody has queued for the gate in {mode}"
            time.sleep(0.002)
