"""Are rows counted from PostgreSQL's own estimates, with hardly any right?"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from boundaries.enforcement.suggest.row import RowsUnavailable, read_rows
from boundaries.testing.database import Database


@pytest.fixture
def database(fresh_database: Callable[..., Database]) -> Database:
    made = fresh_database()
    with psycopg.connect(made.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE shop_order AS SELECT n FROM generate_series(1, 5000) n")
        connection.execute("CREATE TABLE shop_empty (n integer)")
        connection.execute("REVOKE ALL ON shop_order, shop_empty FROM PUBLIC")
        connection.execute("ANALYZE shop_order")
        connection.execute("ANALYZE shop_empty")
    return made


class TestRows:
    def test_are_the_planners_estimate_of_every_table(self, database: Database) -> None:
        rows = read_rows(database.owner_url)

        assert rows["shop_order"] == 5000
        assert rows["shop_empty"] == 0

    def test_are_counted_for_a_login_that_may_only_read(self, database: Database) -> None:
        assert read_rows(database.readonly_url)["shop_order"] == 5000

    def test_can_come_from_a_variable(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_DATABASE", database.readonly_url)

        assert read_rows("env:SOME_DATABASE")["shop_order"] == 5000

    def test_of_a_wrong_address_are_refused(self) -> None:
        with pytest.raises(
            RowsUnavailable, match=r"^BD286: The rows of the database cannot be counted: .+\. Give"
        ):
            read_rows("nonsense")
