"""Does a reference behave like the foreign key that it replaced, where it can, and say so where it cannot?"""

from __future__ import annotations

import uuid

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, isolate_apps
from rest_framework import serializers

from boundaries import Reference
from boundaries.facades.failure import ServiceUnavailable
from boundaries.facades.reference import ReferenceNotLoaded
from boundaries.facades.reference_admin import ReferenceAdmin
from boundaries.facades.reference_serializer import ReferenceField
from boundaries.facades.resolution import ReferenceUnresolvable
from tests.sample.ledger.local import LocalLedger
from tests.sample.ledger.models import Account
from tests.sample.orders.models import Order

pytestmark = pytest.mark.django_db
GONE = uuid.UUID(int=7)


@pytest.fixture
def page() -> list[Order]:
    """Three orders on two accounts, one on none, and one on an account that is gone."""
    ann, bob = (Account.objects.create(owner=name) for name in ("Ann", "Bob"))
    keys = [ann.pk, bob.pk, ann.pk, None, GONE]
    return [Order.objects.create(number=str(n), account_id=key) for n, key in enumerate(keys)]


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """How many identities each call of the facade asked for."""
    calls: list[int] = []
    answer = LocalLedger.accounts

    def accounts(self, *, account_ids):
        calls.append(len(account_ids))
        return answer(self, account_ids=account_ids)

    monkeypatch.setattr(LocalLedger, "accounts", accounts)
    return calls


@pytest.fixture
def silent_ledger(monkeypatch) -> None:
    """The ledger lives elsewhere and does not answer."""

    def unavailable(self, **_arguments):
        raise ServiceUnavailable(context="ledger", reason="connection refused")

    monkeypatch.setattr(LocalLedger, "accounts", unavailable)
    monkeypatch.setattr(LocalLedger, "find_accounts", unavailable)


class TestReference:
    def test_is_resolved_for_a_page_with_one_call(self, page, asked):
        Order.account.resolve(page)

        assert asked == [3]
        assert [row.account.owner if row.account else None for row in page] == [
            "Ann",
            "Bob",
            "Ann",
            None,
            None,
        ]

    def test_forgets_the_answer_when_it_points_elsewhere(self, page):
        Order.account.resolve(page)
        page[0].account_id = page[1].account_id

        with pytest.raises(ReferenceNotLoaded, match=r"Order.account.resolve\(rows\)"):
            _ = page[0].account

    def test_takes_an_object_where_an_identity_is_meant(self, page):
        ann = Account.objects.get(owner="Ann")

        assert Order(account=ann).account_id == ann.pk
        assert Order.objects.filter(account=ann).count() == 2
        assert Order.objects.filter(account__in=[ann]).count() == 2

    def test_refuses_in_a_form_what_its_owner_does_not_know(self, page):
        order = Order(number="new", account_id=GONE)
        with pytest.raises(ValidationError, match="does not exist"):
            order.full_clean()
        order.account = Account.objects.get(owner="Ann")
        order.full_clean()

    def test_lets_a_form_pass_while_nobody_answers(self, silent_ledger):
        Order(number="new", account_id=GONE).full_clean()

    @isolate_apps("tests.sample.orders")
    def test_cannot_be_resolved_without_an_operation_that_says_so(self):
        class Note(models.Model):  # noqa: DJ008
            entry = Reference("ledger.Entry")

            class Meta:
                app_label = "orders"

        with pytest.raises(ReferenceUnresolvable, match=r'@query\(resolves="ledger.Entry"\)'):
            Note.entry.resolve([Note(entry_id=1)])
        assert Note.entry.labels([Note(entry_id=1)]) == {1: "1"}

    @isolate_apps("tests.sample.orders")
    def test_is_checked_against_a_target_that_is_installed(self):
        class Note(models.Model):  # noqa: DJ008
            wrong = Reference("ledger.Account")
            right = Reference("ledger.Account", models.CASCADE, to_type=models.UUIDField())
            named = Reference("ledger.Account", to_field="owner", to_type=models.CharField(max_length=100))
            strict = Reference("elsewhere.Thing", models.SET_NULL)
            odd = Reference("elsewhere.Thing", models.SET_DEFAULT)

            class Meta:
                app_label = "orders"

        found = {(item.obj.name, item.id) for item in Note.check()}
        assert found == {
            ("wrong", "boundaries.BD830"),
            ("strict", "boundaries.BD831"),
            ("odd", "boundaries.BD831"),
        }

    def test_is_written_into_a_migration_with_its_meaning(self):
        field = Reference("a.B", models.CASCADE, to_type=models.UUIDField(), unique=True, db_column="b")
        field.set_attributes_from_name("b")

        assert field.deconstruct()[2:] == (
            ["a.B"],
            {"on_delete": models.CASCADE, "unique": True, "db_column": "b", "to_type": field.to_type},
        )
        assert field.clone().meaning == "cascade"


class TestForm:
    def test_shows_the_label_beside_the_identity(self, page):
        form = forms.modelform_factory(Order, fields=["account"])(instance=page[0])

        shown = str(form["account"])
        assert f'value="{page[0].account_id}"' in shown
        assert '<span class="reference">Ann</span>' in shown

    def test_shows_the_identity_alone_while_nobody_answers(self, page, silent_ledger):
        form = forms.modelform_factory(Order, fields=["account"])(instance=page[0])

        assert "<span" not in str(form["account"])


class _Orders(ReferenceAdmin):
    list_display = ("number", "account")
    search_references = ("account",)


class _Everybody(AnonymousUser):
    def has_perm(self, *_args, **_kwargs) -> bool:
        return True


def change_list(query: str = "") -> tuple[list[list[str]], int]:
    """The rows of the page as texts, and how many queries they took."""
    from django.contrib.admin.templatetags.admin_list import results

    request = RequestFactory().get("/", {"q": query} if query else {})
    request.user = _Everybody()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = _Orders(Order, admin.site).get_changelist_instance(request)
        page.formset = None
        rows = [[cell for cell in row if "action-checkbox" not in cell] for row in results(page)]
    return rows, len(queries)


class TestAdmin:
    def test_shows_labels_with_one_call_a_page(self, page, asked):
        rows, few = change_list()
        Order.objects.bulk_create(Order(number=f"more {n}", account_id=page[0].account_id) for n in range(50))
        _, many = change_list()

        assert asked == [3, 3]
        assert many == few
        assert {row[1] for row in rows} == {
            f'<td class="field-account">{text}</td>' for text in ("Ann", "Bob", "-", f"{GONE} (gone)")
        }

    def test_searches_by_what_the_other_context_finds(self, page):
        assert len(change_list("ann")[0]) == 2
        assert len(change_list("nobody")[0]) == 0

    def test_passes_over_what_is_no_reference_yet(self, page, monkeypatch):
        monkeypatch.setattr(_Orders, "search_references", ("number",))

        assert change_list("ann")[0] == []

    def test_stands_while_nobody_answers(self, page, silent_ledger):
        rows, _ = change_list()

        assert any(str(page[0].account_id) in row[1] for row in rows)
        assert change_list("ann")[0] == []


class _Plain(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ("number", "account")


class _Labelled(_Plain):
    account = ReferenceField()


class TestSerializer:
    def test_gives_and_takes_the_identity_by_default(self, page):
        assert _Plain(page[0]).data["account"] == str(page[0].account_id)
        made = _Plain(data={"number": "new", "account": str(page[0].account_id)})
        assert made.is_valid(), made.errors
        assert made.save().account_id == page[0].account_id

    def test_gives_labels_of_a_list_with_one_call(self, page, asked):
        shown = [row["account"] for row in _Labelled(page, many=True).data]

        assert asked == [3]
        assert shown[0] == {"id": page[0].account_id, "label": "Ann"}
        assert shown[3] is None

    def test_refuses_what_its_owner_does_not_know(self, page):
        unknown = _Labelled(data={"number": "new", "account": str(GONE)})
        known = _Labelled(data={"number": "new", "account": str(page[0].account_id)})

        assert not unknown.is_valid()
        assert known.is_valid()
        assert known.save().account_id == page[0].account_id
