"""What is left of a transaction in which somebody caught the fence's refusal?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.db.transaction import TransactionManagementError

from tests.facades.fence.conftest import Place
from tests.sample.ledger.models import Account
from tests.sample.orders.models import Order

INSERT = "INSERT INTO ledger_account VALUES (gen_random_uuid(), 'raw', 0)"


def _catch_and_go_on(write: Callable[[], object]) -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            write()
        Order.objects.count()


def _raw() -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT)


@pytest.fixture
def closed(place: Place) -> Place:
    place.close()
    return place


class TestCaughtInsideTheCallersAtomic:
    def test_after_the_orm_django_lets_nothing_more_through(self, closed: Place) -> None:
        with pytest.raises(TransactionManagementError):
            _catch_and_go_on(lambda: Account.objects.create(owner="new"))

    def test_after_a_raw_cursor_the_database_lets_nothing_more_through(self, closed: Place) -> None:
        with pytest.raises(InternalError) as ended:
            _catch_and_go_on(_raw)

        assert ended.value.__cause__.sqlstate == "25P02"

    @pytest.mark.parametrize("write", [lambda: Account.objects.create(owner="new"), _raw], ids=["orm", "raw"])
    def test_with_a_savepoint_the_caller_goes_on_and_commits(self, write, closed: Place) -> None:
        with transaction.atomic():
            Order.objects.create(number="before")
            with pytest.raises(DatabaseError), transaction.atomic():
                write()
            Order.objects.create(number="after")

        assert sorted(Order.objects.values_list("number", flat=True)) == ["after", "before"]
        assert closed.count("monolith", "ledger_account") == 0
