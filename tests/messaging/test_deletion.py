"""Is what `on_delete` says carried out across contexts, and does the sweep find what no message saw?"""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import models, transaction
from django.db.models import ProtectedError
from django.db.models.signals import post_delete, pre_delete
from django.test.utils import isolate_apps

from boundaries import announces_deletion, cli
from boundaries.facades.failure import ServiceUnavailable
from boundaries.messaging import deletion
from boundaries.messaging.checks import check_deletions
from boundaries.messaging.consumer import all_consumers
from boundaries.messaging.models import Delivery, Event
from boundaries.messaging.sweep import sweep
from boundaries.testing.messaging import deliver_all
from tests.sample.ledger.local import LocalLedger
from tests.sample.ledger.models import Account
from tests.sample.orders.models import Order

pytestmark = pytest.mark.django_db
GONE = uuid.UUID(int=7)


@pytest.fixture
def announced():
    """Deletions of accounts are told, by primary key and by owner."""
    announces_deletion("owner")(Account)
    yield
    for signal in (pre_delete, post_delete):
        signal.disconnect(sender=Account, dispatch_uid="boundaries_deletion")
    deletion._announced.pop(Account)


@pytest.fixture
def orders(announced, monkeypatch):
    """`orders(on_delete)` gives the reference of the orders that meaning, and follows deletions by it."""
    field = Order._meta.get_field("account")

    def mean(on_delete, **changes) -> None:
        for name, value in {"on_delete": on_delete, **changes}.items():
            monkeypatch.setattr(field, name, value)
        deletion.follow_deletions()

    return mean


@pytest.fixture
def ann() -> Account:
    """An account with two orders, beside one with one."""
    ann, bob = (Account.objects.create(owner=name) for name in ("Ann", "Bob"))
    for number, account in enumerate((ann, ann, bob)):
        Order.objects.create(number=str(number), account_id=account.pk)
    return ann


def left() -> list[str | None]:
    owners = dict(Account.objects.values_list("pk", "owner"))
    return [owners.get(key) for key in Order.objects.order_by("number").values_list("account_id", flat=True)]


class TestDeletion:
    def test_cascades(self, orders, ann):
        orders(models.CASCADE)
        ann.delete()
        assert left() == [None, None, "Bob"]
        deliver_all()

        assert left() == ["Bob"]

    def test_sets_null_once_however_often_it_is_told(self, orders, ann):
        orders(models.SET_NULL)
        ann.delete()
        deliver_all()
        Delivery.objects.update(state="pending", settled_at=None)
        deliver_all()

        assert Order.objects.filter(account_id=None).count() == 2

    def test_of_a_queryset_is_told_row_by_row(self, orders, ann):
        orders(models.CASCADE)
        Account.objects.all().delete()
        deliver_all()

        assert Event.objects.filter(type="ledger.row_deleted").count() == 2
        assert left() == []

    def test_is_forgotten_with_its_transaction(self, orders, ann):
        orders(models.CASCADE)
        with transaction.atomic():
            ann.delete()
            transaction.set_rollback(True)
        deliver_all()

        assert left() == ["Ann", "Ann", "Bob"]

    def test_is_refused_while_a_protecting_row_is_in_this_database(self, orders, ann):
        orders(models.PROTECT)

        referred = pytest.raises(ProtectedError, match=r"BD833: ledger.Account .* is referred to by 2 of")
        with referred as refused, transaction.atomic():
            ann.delete()
        assert len(refused.value.protected_objects) == 2
        Order.objects.all().delete()
        ann.delete()

    def test_elsewhere_becomes_a_dead_letter_under_protect(self, orders, ann, monkeypatch):
        orders(models.PROTECT)
        monkeypatch.setattr(deletion, "_refuse_protected", None)
        pre_delete.disconnect(sender=Account, dispatch_uid="boundaries_deletion")
        ann.delete()

        with pytest.raises(
            AssertionError, match=r"BD834: ledger.Account .* was deleted by its owner, and 2 of"
        ):
            deliver_all()
        assert left() == [None, None, "Bob"]

    @isolate_apps("tests.sample.ledger")
    def test_through_a_proxy_is_that_of_the_model(self, orders, ann, monkeypatch):
        class Customer(Account):
            class Meta:
                app_label = "ledger"
                proxy = True

        monkeypatch.setattr(deletion.apps, "get_models", lambda **_options: [Account, Order, Customer])
        orders(models.CASCADE)
        Customer.objects.get(pk=ann.pk).delete()
        deliver_all()

        assert left() == ["Bob"]

    def test_is_followed_by_another_unique_field(self, orders, ann, monkeypatch):
        orders(models.CASCADE, to_field="owner", to_type=models.CharField(max_length=100))
        monkeypatch.setattr(deletion, "carry_out", lambda field, key: followed.append((field.attname, key)))
        followed: list[tuple[str, str]] = []
        Account.objects.filter(pk=ann.pk).delete()
        deliver_all()

        assert followed == [("account_id", "Ann")]

    def test_is_followed_also_where_the_owners_models_are_not_installed(self, orders):
        orders(models.CASCADE, to="ledger.Elsewhere")

        assert deletion.context_of_target(Order._meta.get_field("account")) == "ledger"
        names = [item.name for item in all_consumers()]
        assert "orders.follow_deletions_of_ledger" in names

    def test_that_nobody_announces_is_a_warning(self, monkeypatch):
        monkeypatch.setattr(Order._meta.get_field("account"), "on_delete", models.CASCADE)

        [warning] = check_deletions()
        assert warning.id == "boundaries.BD836"
        assert "ledger.Account tells nobody" in warning.msg
        assert warning.hint == "Put @announces_deletion() on ledger.Account."


class TestSweep:
    def test_finds_what_was_written_after_the_deletion(self, orders, ann):
        orders(models.CASCADE)
        gone = ann.pk
        ann.delete()
        deliver_all()
        Order.objects.create(number="late", account_id=gone)

        [found] = sweep()
        assert (found.seen, found.dangling, found.handled, found.examples) == (2, 1, 0, [str(gone)])
        [handled] = sweep(handles=True)
        assert handled.is_clean
        assert left() == ["Bob"]
        assert sweep()[0].dangling == 0

    def test_leaves_to_people_what_is_protected_or_means_nothing(self, orders, ann):
        for on_delete in (models.PROTECT, models.DO_NOTHING):
            orders(on_delete)
            Order.objects.update(account_id=GONE)

            [found] = sweep(handles=True)
            assert (found.dangling, found.handled, found.is_clean) == (1, 0, False)

    def test_looks_at_every_identity_once(self, orders, monkeypatch):
        orders(models.SET_NULL)
        monkeypatch.setattr("boundaries.facades.resolution.BATCH_KEYS", 3)
        for number in range(8):
            Order.objects.create(number=str(number), account_id=uuid.UUID(int=number // 2 + 1))
            Order.objects.create(number=f"none {number}", account_id=None)

        [found] = sweep(handles=True)
        assert (found.seen, found.dangling, found.handled) == (4, 4, 4)

    def test_handles_nothing_while_the_owner_does_not_answer(self, orders, ann, monkeypatch):
        orders(models.CASCADE)

        def unavailable(self, **_arguments):
            raise ServiceUnavailable(context="ledger", reason="connection refused")

        monkeypatch.setattr(LocalLedger, "accounts", unavailable)
        [found] = sweep(handles=True)
        assert found.problem.startswith("BD310: ")
        assert not found.is_clean
        assert Order.objects.count() == 3

    def test_is_a_verb_that_says_whether_anything_is_left(self, orders, ann, capsys):
        orders(models.SET_NULL)
        Order.objects.filter(number="0").update(account_id=GONE)

        assert cli.main(["references", "--context", "orders", "--json"]) == cli.FOUND
        [row] = json.loads(capsys.readouterr().out)["references"]
        assert (row["field"], row["dangling"], row["on_delete"]) == ("orders.Order.account", 1, "set null")
        assert cli.main(["references", "--handle"]) == cli.DONE
        assert "1 of 3 gone, 1 handled (set null)" in capsys.readouterr().out
