"""Does every kind of write, in every kind of transaction, meet the fence as `expected.txt` says?"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError

from boundaries.facades import fence
from tests.facades.fence import urls
from tests.facades.fence.conftest import Place
from tests.sample.ledger.models import Account, Entry
from tests.sample.orders.models import Order

CLASSES = {"MG001": DatabaseError, "40001": OperationalError}
EXISTING = uuid.UUID(int=1)


def _read_table() -> dict[tuple[str, str], str]:
    lines = (Path(__file__).parent / "expected.txt").read_text().splitlines()
    rows = [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if "|" in line and not line.startswith("#")
    ]
    head = rows[0][1:]
    return {(row[0], mode): cell for row in rows[1:] for mode, cell in zip(head, row[1:], strict=True)}


EXPECTED = _read_table()


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _copy() -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY ledger_account (id, owner, balance) FROM STDIN") as copy,
    ):
        copy.write_row((uuid.uuid4(), "copied", 0))


def _new(count: int = 1) -> list[Account]:
    return [Account(owner=f"new {number}") for number in range(count)]


OPERATIONS: dict[str, Callable[[], object]] = {
    "create": lambda: Account.objects.create(owner="new"),
    "update": lambda: Account.objects.filter(pk=EXISTING).update(balance=Decimal(9)),
    "update of no row": lambda: Account.objects.filter(owner="nobody").update(balance=Decimal(9)),
    "delete": lambda: Entry.objects.all().delete(),
    "delete of no row": lambda: Entry.objects.filter(note="none")._raw_delete("default"),
    "bulk_create": lambda: Account.objects.bulk_create(_new(5), batch_size=2),
    "bulk_create, conflicts": lambda: Account.objects.bulk_create(_new(5), ignore_conflicts=True),
    "get_or_create, new": lambda: Account.objects.get_or_create(owner="new"),
    "get_or_create, existing": lambda: Account.objects.get_or_create(owner="existing"),
    "update_or_create": lambda: Account.objects.update_or_create(owner="existing", defaults={"balance": Decimal(9)}),
    "select_for_update": lambda: Account.objects.select_for_update().get(pk=EXISTING),
    "raw SQL": lambda: _sql("INSERT INTO ledger_account VALUES (gen_random_uuid(), 'raw', 0)"),
    "writing CTE": lambda: _sql("WITH gone AS (DELETE FROM ledger_entry RETURNING id) SELECT count(*) FROM gone"),
    "MERGE": lambda: _sql(
        "MERGE INTO ledger_account a USING (VALUES ('existing')) v (owner) ON a.owner = v.owner"
        " WHEN MATCHED THEN UPDATE SET balance = 9"
    ),
    "COPY": _copy,
    "TRUNCATE": lambda: _sql("TRUNCATE ledger_entry"),
}  # fmt: skip


@pytest.fixture
def closed(place: Place) -> Place:
    _fill(place)
    place.close()
    return place


def _fill(place: Place) -> None:
    place.execute(f"INSERT INTO ledger_account VALUES ('{EXISTING}', 'existing', 1)")
    place.execute(f"INSERT INTO ledger_entry (account_id, amount, note) VALUES ('{EXISTING}', 1, 'existing')")


def _outcome(run: Callable[[], object]) -> str:
    """What became of it, in the words of the table."""
    try:
        run()
    except TransactionManagementError:
        return "refused"
    except DatabaseError as error:
        state = error.__cause__.sqlstate
        _assert_decoded(error, state)
        return state if type(error) is CLASSES[state] else f"{state} as {type(error).__name__}"
    except psycopg.DatabaseError as error:
        _assert_decoded(error, error.sqlstate)
        return f"{error.sqlstate} !"
    return "passes"


def _assert_decoded(error: Exception, state: str) -> None:
    assert fence.rejection(error) == (
        fence.Rejection("ledger", 2) if state == "MG001" else fence.Rejection(None, None)
    )


def _assert_untouched(place: Place) -> None:
    """The closed side is as it was, and the connection works."""
    assert place.count("monolith", "ledger_account") == 1
    assert place.count("monolith", "ledger_account", "balance = 1") == 1
    assert place.count("monolith", "ledger_entry") == 1
    assert Order.objects.count() >= 0


def _cells(mode: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", [name for name, column in EXPECTED if column == mode])


class TestClosedSide:
    def test_every_operation_is_in_the_table(self) -> None:
        assert {name for name, _ in EXPECTED} == OPERATIONS.keys()

    @_cells("autocommit")
    def test_autocommit(self, operation: str, closed: Place) -> None:
        assert _outcome(OPERATIONS[operation]) == EXPECTED[operation, "autocommit"]
        _assert_untouched(closed)

    @_cells("atomic")
    def test_atomic(self, operation: str, closed: Place) -> None:
        def block() -> None:
            with transaction.atomic():
                Order.objects.create(number="before")
                OPERATIONS[operation]()

        outcome = _outcome(block)

        assert outcome == EXPECTED[operation, "atomic"]
        assert Order.objects.exists() == (outcome == "passes")
        _assert_untouched(closed)

    @_cells("ATOMIC_REQUESTS")
    def test_atomic_requests(self, operation: str, closed: Place, client, settings, monkeypatch) -> None:
        settings.ROOT_URLCONF = "tests.facades.fence.urls"
        monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
        monkeypatch.setattr(urls, "work", [OPERATIONS[operation]])

        outcome = _outcome(lambda: client.get("/write-both"))

        assert outcome == EXPECTED[operation, "ATOMIC_REQUESTS"]
        assert Order.objects.exists() == (outcome == "passes")
        _assert_untouched(closed)

    @_cells("older snapshot")
    def test_repeatable_read_begun_before(self, operation: str, place: Place) -> None:
        _fill(place)

        outcome = _outcome(lambda: _in_repeatable_read(operation, between=place.close))

        assert outcome == EXPECTED[operation, "older snapshot"]
        assert Order.objects.exists() == (outcome == "passes")
        _assert_untouched(place)

    @_cells("newer snapshot")
    def test_repeatable_read_begun_afterwards(self, operation: str, closed: Place) -> None:
        outcome = _outcome(lambda: _in_repeatable_read(operation, between=lambda: None))

        assert outcome == EXPECTED[operation, "newer snapshot"]
        assert Order.objects.exists() == (outcome == "passes")
        _assert_untouched(closed)


class TestOpenSide:
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_lets_everything_through(self, operation: str, place: Place) -> None:
        """Or the table above would prove nothing."""
        _fill(place)

        assert _outcome(lambda: _in_repeatable_read(operation, between=lambda: None)) == "passes"


def _in_repeatable_read(operation: str, *, between: Callable[[], None]) -> None:
    with transaction.atomic():
        _sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        Order.objects.create(number="before")
        between()
        OPERATIONS[operation]()
