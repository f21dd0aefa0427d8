"""Do triggers that are made to be quick still stop and note whom they should?"""

from __future__ import annotations

import threading

import psycopg
import pytest

from boundaries.contexts.table import TableSpec
from boundaries.strangler.postgres import capture, gate, ownership
from boundaries.strangler.postgres.gate import lock_key
from boundaries.strangler.postgres.table import read_tables
from tests.strangler.postgres.test_move import copy_all, flip
from tests.waiting import wait_for

PASS = "SELECT pg_sequence_last_value('boundaries_pass_ledger')"
WRITE = "INSERT INTO ledger_account VALUES (gen_random_uuid(), gen_random_uuid()::text, 0)"

# Every name and operator that the triggers use, so made that nothing is seen and nothing happens.
_FALSE_FRIENDS = """
CREATE FUNCTION hostile.yes(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION hostile.yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION hostile.yes(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION hostile.yes(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION hostile.none(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0';
CREATE OPERATOR hostile.= (LEFTARG = name, RIGHTARG = name, FUNCTION = hostile.yes);
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.yes);
CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.yes);
CREATE OPERATOR hostile.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = hostile.yes);
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.yes);
CREATE OPERATOR hostile.* (LEFTARG = float8, RIGHTARG = float8, FUNCTION = hostile.none);
CREATE FUNCTION hostile.pg_sequence_last_value(regclass) RETURNS bigint LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION hostile.pg_advisory_xact_lock_shared(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION hostile.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'read committed' $$;
CREATE FUNCTION hostile.date_part(text, timestamptz) RETURNS float8 LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION hostile.pg_postmaster_start_time() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (VALUE = 'nothing');
CREATE DOMAIN hostile.regclass AS pg_catalog.oid;
CREATE DOMAIN hostile.int8 AS pg_catalog.int4;
CREATE TEMP TABLE boundaries_log_ledger (tbl pg_catalog.text, key pg_catalog.text[]);
CREATE TEMP TABLE new_rows (id uuid);
"""


def pass_of(sides, side="monolith"):
    return sides.both.connection(side).execute(PASS).fetchone()[0]


def close_by_hand(sides):
    sides.both.monolith.execute("UPDATE boundaries_facades_ownership SET open = false")


@pytest.fixture
def hostile(sides):
    """An application's connection that finds false friends of everything before it finds anything else."""
    sides.install()
    owner = sides.both.monolith
    owner.execute("CREATE SCHEMA hostile")
    owner.execute(f"GRANT ALL ON SCHEMA hostile TO {sides.databases['monolith'].role('app')}")
    app = sides.app()
    app.execute(_FALSE_FRIENDS)
    app.execute("SET search_path = hostile, pg_temp, pg_catalog, public")
    yield app
    app.close()
    with psycopg.connect(sides.databases["monolith"].superuser_url, autocommit=True) as session:
        session.execute("DROP SCHEMA hostile CASCADE")


class TestAHostileSearchPath:
    def test_does_not_open_a_closed_side(self, sides, hostile):
        close_by_hand(sides)

        with pytest.raises(psycopg.DatabaseError) as refused:
            hostile.execute("INSERT INTO public.ledger_account VALUES (gen_random_uuid(), 'hostile', 0)")

        assert refused.value.sqlstate == "MG001"

    def test_does_not_hide_a_change(self, sides, hostile):
        hostile.execute("INSERT INTO public.ledger_account VALUES (gen_random_uuid(), 'hostile', 0)")
        hostile.execute("UPDATE public.ledger_account SET balance = 1")
        hostile.execute("DELETE FROM public.ledger_account")

        assert capture.backlog(sides.both.monolith, "ledger") == 3


class TestColumnsWithTheNamesOfVariables:
    def test_are_columns_to_the_trigger(self, sides):
        sides.install()
        owner = sides.both.monolith
        owner.execute(
            "CREATE TABLE odd (added int, found int, tg_op text DEFAULT 'a', PRIMARY KEY (added, found))"
        )
        owner.execute(f"GRANT ALL ON odd TO {sides.databases['monolith'].role('app')}")
        spec = TableSpec("odd", ("added", "found"), "tg_op = 'a'")
        tables = read_tables(owner, [spec], context="ledger", side="monolith")
        try:
            capture.install(owner, "ledger", tables)
            app = sides.app()
            app.execute("INSERT INTO odd VALUES (1, 1)")
            app.execute("UPDATE odd SET found = 2")
            app.execute("DELETE FROM odd")
            assert capture.backlog(owner, "ledger") == 4
        finally:
            capture.remove(owner, "ledger", tables)
            owner.execute("DROP TABLE odd")


class TestThePass:
    def test_is_given_to_the_open_side_only(self, sides):
        sides.install()

        assert pass_of(sides) > 0
        assert not pass_of(sides, "service")

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE boundaries_facades_ownership SET open = false",
            "UPDATE boundaries_facades_ownership SET halted = 'somebody looks'",
            "DELETE FROM boundaries_facades_ownership",
            "TRUNCATE boundaries_facades_ownership",
        ],
    )
    def test_is_taken_back_by_whoever_changes_the_row(self, sides, change):
        sides.install()
        app = sides.app()
        app.execute(WRITE)

        with psycopg.connect(sides.databases["monolith"].superuser_url, autocommit=True) as somebody:
            somebody.execute(change)
        gate.give_pass(sides.both.monolith, "ledger")

        assert pass_of(sides) == 0
        with pytest.raises(psycopg.DatabaseError) as refused:
            app.execute(WRITE)
        assert refused.value.sqlstate in {"MG001", "MG002"}

    def test_is_not_given_while_the_row_is_being_changed(self, sides):
        sides.install()
        with psycopg.connect(sides.databases["monolith"].owner_url) as somebody:
            somebody.execute("UPDATE boundaries_facades_ownership SET open = false")
            giving = threading.Thread(target=gate.give_pass, args=(sides.both.monolith, "ledger"))
            giving.start()
            wait_for(lambda: _is_waiting(sides), what="it waits for the row")
            somebody.commit()
        giving.join(10)

        assert pass_of(sides) == 0

    def test_from_another_server_is_none(self, sides):
        sides.install()
        close_by_hand(sides)
        sides.both.monolith.execute("SELECT setval('boundaries_pass_ledger', 1700000000000000)")

        with pytest.raises(psycopg.DatabaseError) as refused:
            sides.app().execute(WRITE)

        assert refused.value.sqlstate == "MG001"

    def test_is_no_way_in_for_the_application(self, sides):
        sides.install()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sides.app().execute("SELECT setval('boundaries_pass_ledger', 1)")

    def test_follows_the_writes_to_the_other_side_and_back(self, sides):
        sides.install()
        copy_all(sides)

        flip(sides, "service")
        gate.give_pass(sides.both.service, "ledger")
        there = pass_of(sides), pass_of(sides, "service") > 0
        sides.account("service")
        flip(sides, "monolith")

        assert there == (0, True)
        assert pass_of(sides, "service") == 0
        sides.assert_equal()

    def test_a_writer_who_waits_for_the_switch_does_not_slip_through(self, sides):
        sides.install()
        app, outcome = sides.app(), []

        def write():
            try:
                app.execute(WRITE)
            except psycopg.DatabaseError as error:
                outcome.append(error.sqlstate)

        with psycopg.connect(sides.databases["monolith"].owner_url) as switch:
            switch.execute("SELECT pg_advisory_xact_lock(" + lock_key("ledger").as_string(switch) + ")")
            writer = threading.Thread(target=write)
            writer.start()
            wait_for(lambda: _is_waiting(sides), what="the writer waits at the gate")
            ownership.close(switch, "ledger")
            switch.commit()
        writer.join(10)

        assert outcome == ["MG001"]


def _is_waiting(sides):
    with psycopg.connect(sides.databases["monolith"].superuser_url) as session:
        return session.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)").fetchone()[0]
