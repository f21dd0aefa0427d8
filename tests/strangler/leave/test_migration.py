"""Do the models leave without a row, on every database and from every state?"""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.strangler.catalogue import catalogue, difference

from .conftest import Shop

TABLES = {"payments_payment", "payments_payment_tags", "payments_refund", "payments_tag"}
ENGINES = pytest.mark.parametrize("engine", ["postgresql", "sqlite"])


@pytest.fixture
def leave(new_shop: Callable[..., Shop]) -> Callable[..., Shop]:
    """A shop with rows whose payments have been taken out of the code, and not yet of the database."""

    def make(engine: str) -> Shop:
        shop = new_shop(engine)
        shop.do("migrate", "--verbosity", "0")
        shop.sql("INSERT INTO payments_tag (name) VALUES ('large')")
        done = shop.take_out()
        assert done.returncode == 0, done.stdout + done.stderr
        return shop

    return make


def retired(shop: Shop) -> set[str]:
    """The tables that were put aside, by the names that they had."""
    if shop.is_postgres:
        return shop.tables("retired")
    return {name.removeprefix("retired_") for name in shop.tables() if name.startswith("retired_")}


class TestLeaveMigration:
    @ENGINES
    def test_puts_the_tables_of_an_existing_database_aside_and_brings_them_back(
        self, leave: Callable[..., Shop], engine: str
    ) -> None:
        shop = leave(engine)

        shop.do("migrate", "--verbosity", "0")
        assert retired(shop) == TABLES
        assert shop.do("makemigrations", "--check") == "No changes detected\n"

        shop.do("migrate", "--verbosity", "0", "payments", "0001")
        assert retired(shop) == set()
        assert shop.sql("SELECT name FROM payments_tag") == [("large",)]

        shop.do("migrate", "--verbosity", "0")
        assert retired(shop) == TABLES

    def test_leaves_a_fresh_database_like_an_existing_one(
        self, leave: Callable[..., Shop], new_shop: Callable[..., Shop]
    ) -> None:
        existing = leave("postgresql")
        existing.do("migrate", "--verbosity", "0")
        fresh = Shop(existing.root, new_shop("postgresql").url)
        fresh.do("migrate", "--verbosity", "0")

        found = {url: catalogue(url) for url in (existing.url, fresh.url)}

        assert difference(*(_without_roles(found[url]) for url in found)) == []

    def test_takes_partitions_along_and_puts_a_table_back_into_its_own_schema(
        self, leave: Callable[..., Shop]
    ) -> None:
        shop = leave("postgresql")
        shop.sql("CREATE SCHEMA billing")
        shop.sql("CREATE TABLE billing.payments_part (id int, at int) PARTITION BY RANGE (at)")
        shop.sql(
            "CREATE TABLE billing.payments_part_1 PARTITION OF billing.payments_part FOR VALUES FROM (0) TO (9)"
        )
        path = shop.root / "payments/migrations/0002_payments_leaves.py"
        path.write_text(path.read_text().replace("TABLES = [", """TABLES = ['billing"."payments_part', """))
        parts = {"payments_part", "payments_part_1"}

        shop.do("migrate", "--verbosity", "0")
        assert (shop.tables("retired"), shop.tables("billing")) == (TABLES | parts, set())

        shop.do("migrate", "--verbosity", "0", "payments", "0001")
        assert (shop.tables("billing"), shop.tables()) == (parts, TABLES)

    def test_comes_after_every_app_that_ever_referred_to_it(self, leave: Callable[..., Shop]) -> None:
        shop = leave("sqlite")

        text = (shop.root / "payments/migrations/0002_payments_leaves.py").read_text()

        assert '("bookings", "0002_number"),\n        ("zz", "0002_number"),' in text

    def test_refuses_while_the_database_says_that_it_still_takes_writes(
        self, leave: Callable[..., Shop]
    ) -> None:
        shop = leave("postgresql")
        row = "INSERT INTO boundaries_facades_ownership (context, open, epoch, drained, address, halted, server, other_server)"
        shop.sql(f"{row} VALUES ('payments', true, 1, 0, '', '', '', '')")

        done = shop.manage("migrate")

        assert "run `boundaries extract payments complete` first" in done.stderr
        assert retired(shop) == set()

    @ENGINES
    def test_is_not_written_twice(self, leave: Callable[..., Shop], engine: str) -> None:
        shop = leave(engine)
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "--message", "payments have left")

        assert "Nothing to do" in shop.take_out().stdout


class TestPurgeMigration:
    def test_leaves_nothing_on_an_existing_database_nor_on_a_fresh_one(
        self, leave: Callable[..., Shop], new_shop: Callable[..., Shop]
    ) -> None:
        existing = leave("postgresql")
        existing.do("migrate", "--verbosity", "0")
        assert "this database does not know that it has left" in _purge(existing).stderr
        _say_left(existing)
        assert _purge(existing).stdout == "written payments/migrations/0003_payments_purged.py\n"

        fresh = Shop(existing.root, new_shop("postgresql").url)
        for shop in (existing, fresh):
            shop.do("migrate", "--verbosity", "0")
            assert shop.sql("SELECT to_regnamespace('retired')") == [(None,)]
        assert difference(*(_without_roles(catalogue(shop.url)) for shop in (existing, fresh))) == []
        assert fresh.do("makemigrations", "--check") == "No changes detected\n"


def _purge(shop: Shop) -> subprocess.CompletedProcess[str]:
    return shop.manage("boundaries", "extract", "payments", "complete", "--purge")


def _say_left(shop: Shop) -> None:
    """As `complete` notes it."""
    row = (
        "INSERT INTO boundaries_strangler_extraction (context, reached, wanted, facts, follower, updated_at)"
    )
    left = '{"left": {"at": "2020-01-01T00:00:00+00:00"}}'
    shop.sql(f"{row} VALUES ('payments', 'complete', 'stopped', '{left}', '{{}}', '2020-01-01')")


def _without_roles(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Each test database has roles of its own."""
    return {kind: rows for kind, rows in found.items() if kind not in ("privileges", "schemas")}


class TestWithoutTheLeaveMigration:
    def test_makemigrations_is_refused_where_the_map_says_that_it_is_leaving(
        self, new_shop: Callable[..., Shop]
    ) -> None:
        shop = new_shop("sqlite")
        _say_moving(shop)
        _delete_models(shop)

        done = shop.manage("makemigrations", "payments")

        assert done.returncode == 1
        assert "BD863" in done.stderr
        assert not list((shop.root / "payments/migrations").glob("0002*"))

    @ENGINES
    def test_migrate_is_refused_where_the_database_says_so(
        self, new_shop: Callable[..., Shop], engine: str
    ) -> None:
        shop = new_shop(engine)
        shop.do("migrate", "--verbosity", "0")
        moving = "INSERT INTO boundaries_strangler_extraction (context, reached, wanted, facts, follower, updated_at)"
        shop.sql(f"{moving} VALUES ('payments', 'replicate', 'following', '{{}}', '{{}}', '2026-01-01')")
        _delete_models(shop)
        shop.do("makemigrations", "payments", "--name", "dropped", "--verbosity", "0")

        forwards, backwards = shop.manage("migrate"), shop.manage("migrate", "payments", "zero")

        assert "BD862: payments.0002_dropped would drop the table of payments." in forwards.stderr
        assert "BD862: payments.0001_initial would drop the table of payments." in backwards.stderr
        assert shop.tables() == TABLES


class TestAfterwards:
    def test_content_types_are_kept(self, leave: Callable[..., Shop]) -> None:
        shop = leave("sqlite")
        shop.do("migrate", "--verbosity", "0")

        done = shop.manage("remove_stale_contenttypes", "--no-input")

        assert "BD865" in done.stderr
        assert shop.sql("SELECT count(*) FROM django_content_type WHERE app_label = 'payments'") == [(4,)]

    def test_the_old_internals_are_forbidden_and_the_door_is_not(self, leave: Callable[..., Shop]) -> None:
        shop = leave("sqlite")
        (shop.root / "bookings/views.py").write_text(
            "from payments.models import Payment\nfrom payments.public import Money\n"
        )

        done = shop.manage("boundaries", "check")

        assert done.returncode == 1
        assert done.stdout.count("BD202") == 1


def _say_moving(shop: Shop) -> None:
    path = shop.root / "boundaries.toml"
    path.write_text(path.read_text().replace("[contexts.payments]", '[contexts.payments]\nstate = "moving"'))


def _delete_models(shop: Shop) -> None:
    path = shop.root / "payments/models.py"
    path.write_text(path.read_text().partition("class Tag(")[0])
