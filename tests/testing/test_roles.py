"""Has each role exactly the rights that the convention gives it?"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from boundaries.testing import roles
from boundaries.testing.database import Database, throw_away_database
from boundaries.testing.servers import Servers
from tests.settings import HAS_OWN_DATABASE

FreshDatabase = Callable[..., Database]


@pytest.fixture(scope="module")
def database(servers: Servers) -> Database:
    """A database whose owner has made one table."""
    with throw_away_database(admin_url=servers.admin_url("alpha")) as database:
        with psycopg.connect(database.owner_url) as connection:
            connection.execute("CREATE TABLE ledger (id bigserial PRIMARY KEY, amount int)")
        yield database


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


class TestAttributes:
    def test_nobody_is_superuser_or_may_bypass_or_create_roles(self, database: Database) -> None:
        found = run(
            database.admin_url,
            "SELECT count(*), bool_and(rolcanlogin), bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)"
            f" FROM pg_roles WHERE rolname LIKE '{database.name}\\_%'",
        )

        assert found == [(5, True, False)]

    def test_only_the_owner_may_create_databases(self, database: Database) -> None:
        found = run(
            database.admin_url,
            f"SELECT rolname FROM pg_roles WHERE rolcreatedb AND rolname LIKE '{database.name}\\_%'",
        )

        assert found == [(database.role("owner"),)]

    def test_each_logs_in_as_itself(self, database: Database) -> None:
        for kind in roles.KINDS:
            url = roles.role_url(admin_url=database.admin_url, database=database.name, kind=kind)

            assert run(url, "SELECT session_user::text") == [(database.role(kind),)]

    def test_owner_owns_database_and_schema(self, database: Database) -> None:
        found = run(
            database.superuser_url,
            "SELECT pg_get_userbyid(datdba), (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public')"
            f" FROM pg_database WHERE datname = '{database.name}'",
        )

        assert found == [(database.role("owner"), database.role("owner"))]


class TestMover:
    def test_may_become_the_owner(self, database: Database) -> None:
        assert run(
            database.mover_url, f"SET ROLE {database.role('owner')}", "SELECT count(*) FROM ledger"
        ) == [(0,)]

    def test_has_none_of_the_owners_rights_before(self, database: Database) -> None:
        assert run(
            database.admin_url, f"SELECT rolinherit FROM pg_roles WHERE rolname = '{database.role('mover')}'"
        ) == [(False,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(database.mover_url, "SELECT * FROM ledger")

    def test_creates_a_database_as_the_owner(self, fresh_database: FreshDatabase) -> None:
        database = fresh_database("beta", create=False)
        mover_url = roles.url_for(database.mover_url, database="postgres", role=database.role("mover"))
        with psycopg.connect(mover_url, autocommit=True) as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(database.role("owner"))))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database.name)))

        assert run(database.owner_url, "CREATE TABLE ledger (id int)", "SELECT count(*) FROM ledger") == [
            (0,)
        ]


@pytest.mark.parametrize("kind", ["app", "service"])
class TestApplications:
    def test_use_what_the_owner_creates(self, database: Database, kind: str) -> None:
        found = run(
            roles.role_url(admin_url=database.admin_url, database=database.name, kind=kind),
            "INSERT INTO ledger (amount) VALUES (1)",
            "UPDATE ledger SET amount = 2",
            "DELETE FROM ledger RETURNING amount",
        )

        assert found == [(2,)]

    @pytest.mark.parametrize(
        "statement", ["CREATE TABLE mine (id int)", "TRUNCATE ledger", "DROP TABLE ledger"]
    )
    def test_change_no_tables(self, database: Database, kind: str, statement: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(roles.role_url(admin_url=database.admin_url, database=database.name, kind=kind), statement)


class TestReadonly:
    def test_reads(self, database: Database) -> None:
        assert run(database.readonly_url, "SELECT count(*) FROM ledger") == [(0,)]

    def test_writes_nothing(self, database: Database) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(database.readonly_url, "INSERT INTO ledger (amount) VALUES (1)")


class TestThrowAwayDatabase:
    def test_leaves_nothing_even_with_sessions_open(self, servers: Servers) -> None:
        admin_url = servers.admin_url("alpha")
        with throw_away_database(admin_url=admin_url) as database:
            session = psycopg.connect(database.app_url)

        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
        session.close()
        assert run(admin_url, f"SELECT 1 FROM pg_database WHERE datname = '{database.name}'") == []
        assert run(admin_url, f"SELECT 1 FROM pg_roles WHERE rolname LIKE '{database.name}\\_%'") == []

    def test_can_be_prepared_twice(self, fresh_database: FreshDatabase) -> None:
        database = fresh_database()

        roles.create_database(admin_url=database.admin_url, database=database.name)

        assert run(database.app_url, "SELECT 1") == [(1,)]


@pytest.mark.django_db
class TestDjangoTestDatabase:
    @pytest.mark.skipif(HAS_OWN_DATABASE, reason="DATABASE_URL names a server with roles of its own")
    def test_is_open_to_the_five_roles(self, database_url: str) -> None:
        app_url = roles.url_for(database_url, database=database_url.rpartition("/")[2], role="alpha_app")

        assert run(app_url, "SELECT count(*) FROM django_content_type WHERE app_label = 'no_such_app'") == [
            (0,)
        ]
