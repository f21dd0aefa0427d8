"""Do a running project's models and tables belong to the context that the map says?"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from boundaries.contexts.map import UnknownContext, current_map, reset_map
from boundaries.contexts.ownership import context_of_model, context_of_table, models_of
from tests.sample.ledger.models import Account, Entry
from tests.sample.orders.models import Order


class TestOwnership:
    def test_follows_the_package_of_a_model(self) -> None:
        assert context_of_model(Account) == "ledger"
        assert context_of_model(Order) == "orders"
        assert context_of_model(User) is None

    def test_lists_the_models_of_a_context_by_label(self) -> None:
        assert models_of("ledger") == [Account, Entry]

    def test_refuses_a_context_that_is_not_declared(self) -> None:
        with pytest.raises(UnknownContext):
            models_of("leger")

    def test_knows_tables(self) -> None:
        assert context_of_table(Entry._meta.db_table) == "ledger"
        assert context_of_table("auth_user") is None
        assert context_of_table("nobodys") is None


class TestTheCurrentMap:
    def test_is_read_once(self) -> None:
        first = current_map()

        assert current_map() is first
        reset_map()
        assert current_map() is not first
        assert current_map() == first
