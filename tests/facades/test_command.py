"""Does a local command happen once, and does it go where the owner is?"""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import connection, transaction

from boundaries.contexts.map import MissingEnvironment
from boundaries.facades import routing
from boundaries.facades.failure import RemoteInTransaction, ServiceUnavailable
from boundaries.facades.models import Ownership, Receipt
from boundaries.facades.receipt import KeyReused
from boundaries.facades.scope import call_scope, has_written
from tests.sample.ledger.models import Entry
from tests.sample.ledger.public import Ledger, Overdrawn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account():
    return Ledger.open_account(owner="Ada")


class TestReceipt:
    def test_the_same_key_happens_once_and_answers_the_same(self, account):
        deposit = Ledger.deposit.keyed("k1")

        assert deposit(account_id=account, amount=Decimal("5.00")) == Decimal("5.00")
        assert deposit(account_id=account, amount=Decimal("5.00")) == Decimal("5.00")
        assert Entry.objects.count() == 1

    def test_the_same_key_with_other_arguments_is_refused(self, account):
        Ledger.deposit.keyed("k1")(account_id=account, amount=Decimal(5))

        with pytest.raises(KeyReused):
            Ledger.deposit.keyed("k1")(account_id=account, amount=Decimal(6))

    def test_a_domain_error_takes_its_effect_back_and_is_remembered(self, account):
        withdraw = Ledger.withdraw.keyed("k2")

        for _ in range(2):
            with pytest.raises(Overdrawn) as refused:
                withdraw(account_id=account, amount=Decimal("9.00"))
            assert refused.value.balance == Decimal("0.00")
        assert Entry.objects.count() == 0
        assert Receipt.objects.get(key="k2").is_error

    def test_goes_back_with_the_callers_transaction(self, account):
        def fail_after_the_command():
            with transaction.atomic():
                Ledger.deposit.keyed("k3")(account_id=account, amount=Decimal(5))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_after_the_command()

        assert not Receipt.objects.filter(key="k3").exists()
        assert Ledger.deposit.keyed("k3")(account_id=account, amount=Decimal(5)) == Decimal(5)

    def test_is_the_first_statement(self, account, django_assert_num_queries):
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            Ledger.deposit(account_id=account, amount=Decimal(1))

        writes = [query["sql"] for query in queries if "boundaries_facades_route" not in query["sql"]]
        statements = [text for text in writes if not text.startswith(("BEGIN", 'SELECT "boundaries_facades'))]
        assert statements[0].lstrip().startswith("INSERT INTO boundaries_facades_receipt")


class TestOwner:
    def test_a_closed_side_without_an_address_says_which_variable_is_missing(self, account):
        Ownership.objects.create(context="ledger", open=False, epoch=2, address="")

        with pytest.raises(MissingEnvironment, match="LEDGER_URL is not set"):
            Ledger.deposit(account_id=account, amount=Decimal(1))

    def test_a_closed_side_whose_service_is_gone_fails_fast(self, account):
        Ownership.objects.create(context="ledger", open=False, epoch=2, address="http://127.0.0.1:9")

        with pytest.raises(ServiceUnavailable):
            Ledger.deposit(account_id=account, amount=Decimal(1))

    def test_a_remote_command_inside_a_transaction_is_refused(self, account):
        Ownership.objects.create(context="ledger", open=False, epoch=2, address="http://127.0.0.1:9")

        with pytest.raises(RemoteInTransaction), transaction.atomic():
            Ledger.deposit(account_id=account, amount=Decimal(1))

    def test_what_was_written_is_read_from_the_owner_in_the_same_scope(self, account):
        with call_scope():
            assert not has_written("ledger")
            Ledger.deposit(account_id=account, amount=Decimal(1))
            assert has_written("ledger")


class TestArguments:
    def test_unknown_and_missing_ones_are_named(self):
        with pytest.raises(TypeError, match=r"unknown arguments \['ammount'\].*lacks \['amount'\]"):
            Ledger.deposit(account_id=uuid.uuid4(), ammount=1)

    def test_a_local_query_costs_no_statement_of_the_kit(
        self, account, settings, request, django_assert_num_queries
    ):
        request.addfinalizer(routing.keeper.forget)
        settings.BOUNDARIES = {**settings.BOUNDARIES, "ROUTE_POLL_SECONDS": 60}
        routing.snapshot()

        with django_assert_num_queries(1):
            found = Ledger.accounts(account_ids=[account])

        assert found[account].owner == "Ada"
