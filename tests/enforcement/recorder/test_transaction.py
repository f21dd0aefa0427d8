"""Is a command found that is called inside a transaction of another context?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from inspect import getsourcelines

import pytest
from django.db import connection, transaction

from boundaries.contexts.map import current_map
from boundaries.enforcement.recorder.recorder import Recorder
from boundaries.enforcement.recorder.recording import Recording, Row
from tests.sample.ledger.public import Ledger
from tests.sample.orders import checkout


@pytest.fixture
def recording(db: None) -> Iterator[Recording]:
    recorder = Recorder(current_map(), Recording())
    recorder.watch_all()
    yield recorder.recording
    recorder.stop()


def line_of(function: object, text: str) -> int:
    lines, first = getsourcelines(function)  # type: ignore[arg-type]
    return first + next(number for number, line in enumerate(lines) if text in line)


def shown(recording: Recording) -> list[tuple[str, str, int, str, str]]:
    rows = sorted(recording.rows(), key=lambda row: row.access)
    return [(row.kind, row.source, row.line, row.target, row.detail) for row in rows]


def test_what_two_contexts_write_in_one_transaction_and_the_command_in_it(recording: Recording) -> None:
    account = Ledger.open_account(owner="Ada")

    checkout.buy(number="1", account_id=account, amount=Decimal(1))

    buy = checkout.buy
    written = next(row.detail for row in recording.rows() if row.access == "write")
    assert written.startswith("written at tests/sample/ledger/local.py:")
    assert shown(recording) == [
        ("transaction", "tests.sample.orders.checkout:buy", line_of(buy, "Ledger.deposit"), "ledger.deposit",
         "in a transaction that writes orders"),
        ("transaction", "tests.sample.orders.checkout:buy", line_of(buy, "atomic()"), "ledger.Entry", written),
    ]  # fmt: skip


def test_nothing_of_what_is_written_one_after_the_other(recording: Recording) -> None:
    account = Ledger.open_account(owner="Ada")
    for number in ("1", "2"):
        checkout.buy_in_two_steps(number=number, account_id=account, amount=Decimal(1))

    assert recording.rows() == {}


@pytest.mark.django_db(transaction=True)
def test_nothing_of_what_is_done_after_the_commit(recording: Recording) -> None:
    account = Ledger.open_account(owner="Ada")

    checkout.buy_after_commit(number="1", account_id=account, amount=Decimal(1))

    assert Ledger.accounts(account_ids=[account])[account].balance == 1
    assert recording.rows() == {}


def test_nothing_of_a_transaction_that_the_test_opens(recording: Recording) -> None:
    account = Ledger.open_account(owner="Ada")
    with transaction.atomic():
        checkout.buy_in_two_steps(number="1", account_id=account, amount=Decimal(1))

    assert recording.rows() == {}


def test_a_recorder_that_fails_changes_nothing_and_says_so_once(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(row: Row) -> None:
        raise RuntimeError("no more room")

    monkeypatch.setattr(recording, "add", break_down)
    account = Ledger.open_account(owner="Ada")

    for number in ("1", "2"):
        checkout.buy(number=number, account_id=account, amount=Decimal(1))

    assert Ledger.accounts(account_ids=[account])[account].balance == 2
    assert [record.message for record in caplog.records] == [
        "something could not be recorded; this is said once"
    ]


def test_a_stopped_recorder_leaves_nothing_behind(db: None) -> None:
    before = (transaction.Atomic.__enter__, list(connection.execute_wrappers))
    recorder = Recorder(current_map(), Recording())
    recorder.watch_all()
    assert connection.execute_wrappers != before[1]

    recorder.stop()

    assert (transaction.Atomic.__enter__, connection.execute_wrappers) == before
    checkout.buy(number="1", account_id=Ledger.open_account(owner="Ada"), amount=Decimal(1))
    assert recorder.recording.rows() == {}
