"""Does only the constraint come and go when a foreign key becomes a reference, and back?"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations import CreateModel, RemoveField, SeparateDatabaseAndState
from django.db.migrations.state import ProjectState

from boundaries import Reference
from boundaries.facades import reference_operation
from boundaries.facades.reference_operation import (
    AlterReference,
    ColumnWouldChange,
    ConstraintNotValid,
    TableBusy,
)

PG = pytest.mark.django_db(transaction=True)
APP = "shop"

# Target key, other unique field, the foreign key, and the reference that takes its place.
SHAPES: dict[str, tuple[models.Field, models.Field, models.Field]] = {
    "bigint": (
        models.BigAutoField(primary_key=True),
        models.ForeignKey("shop.Payment", models.CASCADE, null=True),
        Reference("shop.Payment", models.CASCADE, null=True),
    ),
    "int": (
        models.AutoField(primary_key=True),
        models.ForeignKey("shop.Payment", models.PROTECT),
        Reference("shop.Payment", models.PROTECT, to_type=models.IntegerField()),
    ),
    "uuid": (
        models.UUIDField(primary_key=True, default=uuid.uuid4),
        models.ForeignKey("shop.Payment", models.CASCADE),
        Reference("shop.Payment", models.CASCADE, to_type=models.UUIDField()),
    ),
    "by another field": (
        models.BigAutoField(primary_key=True),
        models.ForeignKey("shop.Payment", models.CASCADE, to_field="number"),
        Reference("shop.Payment", models.CASCADE, to_field="number", to_type=models.CharField(max_length=20)),
    ),
    "one to one": (
        models.BigAutoField(primary_key=True),
        models.OneToOneField("shop.Payment", models.CASCADE),
        Reference("shop.Payment", models.CASCADE, unique=True),
    ),
    "own column": (
        models.BigAutoField(primary_key=True),
        models.ForeignKey("shop.Payment", models.CASCADE, db_column="paid_by", related_name="+"),
        Reference("shop.Payment", models.CASCADE, db_column="paid_by"),
    ),
    "no index": (
        models.BigAutoField(primary_key=True),
        models.ForeignKey("shop.Payment", models.CASCADE, db_index=False),
        Reference("shop.Payment", models.CASCADE, db_index=False),
    ),
}  # fmt: skip


class Shop:
    """Two tables on one connection, and operations run on them as `migrate` does."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.state = ProjectState()
        self.history: list[tuple[Any, ProjectState, ProjectState]] = []

    def create(self, key: models.Field, link: models.Field) -> None:
        number = models.CharField(max_length=20, unique=True)
        self.run(CreateModel("Payment", [("id", key.clone()), ("number", number)]))
        self.run(
            CreateModel("Booking", [("id", models.BigAutoField(primary_key=True)), ("payment", link.clone())])
        )

    def run(self, operation: Any) -> None:
        before, after = self.state, self.state.clone()
        operation.state_forwards(APP, after)
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_forwards(APP, editor, before, after)
        self.state = after
        self.history.append((operation, before, after))

    def undo(self) -> None:
        operation, before, after = self.history[-1]
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_backwards(APP, editor, after, before)
        self.history.pop()
        self.state = before

    def model(self, name: str) -> Any:
        return self.state.apps.get_model(APP, name)


def the_rest(table: str = "shop_booking") -> tuple[Any, ...]:
    """What must not change: the file of the table, its indexes with their files, its columns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode(%s::regclass)", [table])
        [file] = cursor.fetchone()
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_relation_filenode(indexrelid), pg_get_indexdef(indexrelid)"
            " FROM pg_index WHERE indrelid = %s::regclass ORDER BY 1", [table]
        )  # fmt: skip
        indexes = cursor.fetchall()
        cursor.execute(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_name = %s ORDER BY 1", [table]
        )  # fmt: skip
        return file, indexes, cursor.fetchall()


def foreign_keys(table: str = "shop_booking") -> list[tuple[str, bool, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = %s::regclass ORDER BY 1", [table]
        )  # fmt: skip
        return cursor.fetchall()


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    yield Shop(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS shop_booking_payments, shop_booking, shop_payment CASCADE")


@pytest.fixture
def locked(shop: Shop, monkeypatch) -> Iterator[Callable[[float], None]]:
    """Let another transaction read the payments for some seconds."""
    monkeypatch.setattr(reference_operation, "LOCK_TIMEOUT_MS", 50)
    monkeypatch.setattr(reference_operation, "PAUSE_SECONDS", 0.05)
    threads: list[threading.Thread] = []

    def hold(seconds: float) -> None:
        is_held = threading.Event()

        def read() -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM shop_payment")
                    is_held.set()
                    cursor.execute("SELECT pg_sleep(%s)", [seconds])
            finally:
                connection.close()

        threads.append(threading.Thread(target=read))
        threads[-1].start()
        assert is_held.wait(10)

    yield hold
    for thread in threads:
        thread.join()


@PG
@pytest.mark.parametrize("shape", SHAPES)
class TestAlterReference:
    def test_drops_the_constraint_and_nothing_else(self, shop, shape):
        key, link, reference = SHAPES[shape]
        shop.create(key, link)
        before = the_rest()
        assert len(foreign_keys()) == 1
        shop.run(AlterReference("booking", "payment", reference.clone()))

        assert foreign_keys() == []
        assert the_rest() == before

    def test_brings_the_same_constraint_back(self, shop, shape):
        key, link, reference = SHAPES[shape]
        shop.create(key, link)
        before, rest = foreign_keys(), the_rest()
        shop.run(AlterReference("booking", "payment", reference.clone()))
        shop.undo()

        assert foreign_keys() == before
        assert the_rest() == rest
        shop.run(AlterReference("booking", "payment", reference.clone()))
        shop.run(AlterReference("booking", "payment", link.clone()))
        assert foreign_keys() == before

    def test_works_on_sqlite(self, shape, tmp_path: Path):
        key, link, reference = SHAPES[shape]
        shop = Shop(_sqlite(tmp_path))
        shop.create(key, link)
        payment = shop.model("Payment").objects.using("lite").create(number="1")
        shop.model("Booking").objects.using("lite").create(payment=payment)
        shop.run(AlterReference("booking", "payment", reference.clone()))

        attribute = "number" if reference.to_field else "pk"
        assert shop.model("Booking").objects.using("lite").get().payment_id == getattr(payment, attribute)
        assert _sqlite_keys(shop) == []
        shop.undo()
        assert _sqlite_keys(shop) == ["shop_payment"]


@PG
class TestOnTheWay:
    def test_refuses_to_change_the_column(self, shop):
        key, link, _ = SHAPES["uuid"]
        shop.create(key, link)

        with pytest.raises(ColumnWouldChange, match="type from uuid to bigint"):
            shop.run(AlterReference("booking", "payment", Reference("shop.Payment")))
        assert len(foreign_keys()) == 1

    def test_gives_way_to_a_reader_and_tries_again(self, shop, locked):
        key, link, reference = SHAPES["bigint"]
        shop.create(key, link)
        locked(0.5)
        started = time.monotonic()
        shop.run(AlterReference("booking", "payment", reference.clone()))

        assert foreign_keys() == []
        assert time.monotonic() - started > 0.2

    def test_says_that_a_table_is_never_free(self, shop, locked, monkeypatch):
        monkeypatch.setattr(reference_operation, "TRIES", 3)
        key, link, reference = SHAPES["bigint"]
        shop.create(key, link)
        locked(1.5)

        with pytest.raises(TableBusy, match='"shop_booking" was never free for 50 ms in 3 tries'):
            shop.run(AlterReference("booking", "payment", reference.clone()))
        assert len(foreign_keys()) == 1

    def test_back_with_a_row_that_points_at_nothing_goes_on_once_it_is_gone(self, shop):
        key, link, reference = SHAPES["bigint"]
        shop.create(key, link)
        shop.run(AlterReference("booking", "payment", reference.clone()))
        shop.model("Booking").objects.create(payment=7)

        with pytest.raises(ConstraintNotValid, match="boundaries references"):
            shop.undo()
        [(_, is_valid, _)] = foreign_keys()
        assert not is_valid
        shop.model("Booking").objects.all().delete()
        shop.undo()
        [(_, is_valid, _)] = foreign_keys()
        assert is_valid

    def test_leaves_the_table_behind_a_many_to_many_as_it_is(self, shop):
        """The table of the many to many gets a model of its own, in the state alone; then its key is altered."""
        shop.create(*SHAPES["bigint"][:2])
        shop.run(_AddPayments())
        table = "shop_booking_payments"
        before, keys = the_rest(table), foreign_keys(table)
        own = models.ForeignKey("shop.Booking", models.CASCADE)
        other = models.ForeignKey("shop.Payment", models.CASCADE)
        link = CreateModel(
            "BookingPayment",
            [("id", models.BigAutoField(primary_key=True)), ("booking", own), ("payment", other)],
            options={"db_table": table, "unique_together": {("booking", "payment")}},
        )
        shop.run(SeparateDatabaseAndState(state_operations=[RemoveField("booking", "payments"), link]))
        shop.run(AlterReference("bookingpayment", "payment", Reference("shop.Payment", models.CASCADE)))

        assert the_rest(table) == before
        assert foreign_keys(table) == [key for key in keys if "shop_payment" not in key[2]]
        shop.undo()
        assert foreign_keys(table) == keys


def _AddPayments() -> Any:
    from django.db.migrations import AddField

    return AddField("booking", "payments", models.ManyToManyField("shop.Payment", related_name="+"))


def _sqlite(folder: Path) -> Any:
    from django.db import connections

    settings = connection.settings_dict | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "lite.sqlite3"),
    }
    made = DatabaseWrapper(settings | {"OPTIONS": {}}, alias="lite")
    connections["lite"] = made
    return made


def _sqlite_keys(shop: Shop) -> list[str]:
    with shop.connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_list(shop_booking)")
        return [row[2] for row in cursor.fetchall()]
