"""Is a database that only a URL names asked with a read-only role, and does it tell who else touches the tables?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from boundaries.testing.database import throw_away_database

PROJECTS = Path(__file__).parents[2] / "projects"
KIT = PROJECTS.parents[1]

AS_OWNER = """
    GRANT USAGE ON SCHEMA box_office TO {readonly};
    GRANT SELECT ON ALL TABLES IN SCHEMA box_office TO {readonly};
    INSERT INTO ticketing_coupon (code) SELECT 'code-' || n FROM generate_series(1, 25) n;
    CREATE MATERIALIZED VIEW manager_figures AS SELECT count(*) FROM ticketing_booking;
    CREATE FUNCTION close_day() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM ticketing_booking';
    CREATE FUNCTION unrelated() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
"""
# The wheel's servers have no contrib extensions: a table with the columns that are read stands for pg_stat_statements.
AS_SUPERUSER = """
    CREATE TABLE pg_stat_statements AS
        SELECT r.oid AS userid, d.oid AS dbid, 'UPDATE "ticketing_booking" SET state = $1' AS query, 4200::bigint AS calls
        FROM pg_roles r, pg_database d WHERE r.rolname = '{app}' AND d.datname = current_database();
    GRANT SELECT ON pg_stat_statements TO PUBLIC;
    CREATE PUBLICATION to_warehouse FOR TABLE ticketing_booking;
    CREATE PUBLICATION of_people FOR TABLE people_card;
    CREATE FOREIGN DATA WRAPPER nothing;
    CREATE SERVER branch FOREIGN DATA WRAPPER nothing;
    SELECT pg_create_physical_replication_slot('plan_standby');
"""


@pytest.fixture(scope="module")
def database(servers):
    with throw_away_database(admin_url=servers.admin_url("alpha")) as database:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        environ = {**os.environ, "DATABASE_URL": database.owner_url, "THEATRE_SECRET_KEY": "x",
                   "DJANGO_SETTINGS_MODULE": "theatre.settings", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
        subprocess.run(migrate, cwd=PROJECTS / "torture", env=environ, check=True, timeout=100)
        names = {kind: database.role(kind) for kind in ("app", "readonly")}
        statements = ((database.owner_url, AS_OWNER), (database.superuser_url, AS_SUPERUSER))
        for url, statement in statements:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(statement.format(**names))
        try:
            yield database
        finally:
            with psycopg.connect(database.superuser_url, autocommit=True) as connection:
                connection.execute("SELECT pg_drop_replication_slot('plan_standby')")


def ask(tmp_path, *words, **environ):
    return subprocess.run(
        [sys.executable, "-m", "boundaries", "extract", "ticketing", "plan", "--json", *words],
        cwd=PROJECTS / "torture", capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(KIT), **environ},
    )  # fmt: skip


@pytest.fixture(scope="module")
def plan(database, tmp_path_factory):
    asked = ask(
        tmp_path_factory.mktemp("cache"),
        "--database",
        "env:THEATRE_READER",
        THEATRE_READER=database.readonly_url,
    )
    assert asked.returncode == 0, asked.stderr + asked.stdout
    return json.loads(asked.stdout)["figures"]


def test_rows_and_sizes_are_told(plan):
    rows = {table["table"]: table["rows"] for table in plan["tables"]}

    assert rows["ticketing_coupon"] == 25
    assert rows['"box_office"."ledger"'] == 0, "a table in a schema of its own"
    assert plan["bytes"] > 0


def test_the_database_adds_no_blocker_that_the_source_told_already(plan):
    codes = {blocker["code"] for blocker in plan["blockers"]}

    assert codes.isdisjoint({"BD522", "BD526", "BD527", "BD528", "BD529", "BD535"})


def test_everybody_who_touches_the_tables_is_named(plan, database):
    found = {(one["kind"], one["name"]): one["detail"] for one in plan["neighbours"]}
    expected = {
        ("role", database.role("owner")), ("role", database.role("app")), ("role", database.role("readonly")),
        ("role seen", database.role("app")), ("view", "ticketing_takings"), ("view", "manager_figures"),
        ("function", "close_day()"), ("foreign server", "branch"), ("publication", "to_warehouse"),
        ("replication slot", "plan_standby"),
    }  # fmt: skip

    assert expected <= found.keys()
    assert {"function", "publication"} & {kind for kind, _ in found.keys() - expected} == set()
    assert found["role seen", database.role("app")].startswith("wrote, 4,200 statements")
    assert found["role", database.role("readonly")].startswith("may read")


def test_a_database_that_does_not_answer_is_refused_in_one_line_without_its_password(tmp_path):
    asked = ask(tmp_path, "--database", "postgresql://somebody:secret@127.0.0.1:1/nothing")

    assert asked.returncode == 2
    assert json.loads(asked.stdout)["error"]["code"] == "BD801"
    assert "secret" not in asked.stdout + asked.stderr


def test_a_variable_that_is_not_set_is_named(tmp_path):
    asked = ask(tmp_path, "--database", "env:NOBODY_SET_THIS")

    assert (asked.returncode, "NOBODY_SET_THIS is not set" in asked.stdout) == (2, True)
