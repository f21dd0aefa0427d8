"""Do rows get across, stay equal, and change sides without a loss?"""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from boundaries.strangler.postgres import backfill, capture, fingerprint, sequence, shape
from boundaries.strangler.postgres import switch as switching
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.switch import GateBusy, finish, owner_side, switch
from boundaries.strangler.postgres.verify import verify
from tests.waiting import wait_for


def copy_all(sides, chunk_rows=50):
    both = sides.both
    backfill.prepare(both.service, "ledger")
    shape.set_aside(both.service, "ledger", both.tables("service"))
    backfill.empty(both.service, "ledger", both.tables("monolith"))
    rows = sum(
        backfill.copy_table(
            both.monolith, both.service, "ledger", table, chunk_rows=chunk_rows, tell=lambda rows: None
        )
        for table in both.tables("monolith")
    )
    cycle(both.flow("monolith"))
    shape.build(both.service, "ledger")
    return rows


def fill(sides, accounts=120):
    app = sides.app()
    with app.transaction():
        for number in range(accounts):
            key = uuid.uuid4()
            app.execute("INSERT INTO ledger_account VALUES (%s, %s, %s)", [key, f"owner {number}", number])
            app.execute(
                "INSERT INTO ledger_entry (account_id, amount, note) VALUES (%s, %s, '')", [key, number]
            )


def waits_for_gate(sides, count=1):
    with psycopg.connect(sides.databases["monolith"].superuser_url) as session:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return session.execute(query).fetchone()[0] >= count


def flip(sides, to):
    both = sides.both
    source = "monolith" if to == "service" else "service"
    return switch(both.flow(source), source=both.endpoint(source), to=to)


class TestBackfill:
    def test_copies_every_row_in_chunks(self, sides):
        sides.install()
        fill(sides)

        assert copy_all(sides) == 240
        sides.assert_equal()

    def test_leaves_the_schema_as_the_migrations_made_it(self, sides):
        sides.install()
        copy_all(sides)

        both = sides.both
        assert (
            fingerprint.differences(
                both.monolith, both.service, both.tables("monolith"), both.tables("service")
            )
            == []
        )

    def test_changes_during_the_copy_are_not_lost(self, sides):
        sides.install()
        fill(sides)
        both, app = sides.both, sides.app()
        backfill.prepare(both.service, "ledger")
        backfill.empty(both.service, "ledger", both.tables("monolith"))
        shape.set_aside(both.service, "ledger", both.tables("service"))
        done = []

        def disturb(rows):
            if not done:
                done.append(True)
                app.execute("DELETE FROM ledger_entry WHERE amount < 5")
                app.execute("UPDATE ledger_account SET owner = owner || ' changed' WHERE balance > 100")
                app.execute("UPDATE ledger_entry SET id = id + 100000 WHERE amount = 50")

        for table in both.tables("monolith"):
            backfill.copy_table(both.monolith, both.service, "ledger", table, chunk_rows=50, tell=disturb)
        cycle(both.flow("monolith"))
        shape.build(both.service, "ledger")

        sides.assert_equal()

    def test_a_table_that_grows_faster_than_it_is_copied_is_copied_to_an_end(self, sides):
        sides.install()
        fill(sides)
        both, app = sides.both, sides.app()
        backfill.prepare(both.service, "ledger")
        backfill.empty(both.service, "ledger", both.tables("monolith"))
        shape.set_aside(both.service, "ledger", both.tables("service"))
        chunks = []

        def grow(rows):
            chunks.append(rows)
            assert len(chunks) < 20, "it runs after the end of the table"
            app.execute(
                "INSERT INTO ledger_entry (account_id, amount, note) SELECT account_id, amount, note FROM ledger_entry ORDER BY id LIMIT 100"
            )

        entries = next(table for table in both.tables("monolith") if table.name == "ledger_entry")
        for table in both.tables("monolith"):
            tell = grow if table == entries else lambda rows: None
            backfill.copy_table(both.monolith, both.service, "ledger", table, chunk_rows=50, tell=tell)
        cycle(both.flow("monolith"))
        shape.build(both.service, "ledger")

        sides.assert_equal()


class TestApply:
    def test_follows_inserts_updates_deletes_and_key_changes(self, sides):
        sides.install()
        fill(sides)
        copy_all(sides)
        app = sides.app()
        app.execute("UPDATE ledger_account SET balance = balance + 1")
        app.execute("DELETE FROM ledger_entry WHERE amount BETWEEN 10 AND 20")
        app.execute("UPDATE ledger_entry SET id = -id WHERE amount = 30")

        cycle(sides.both.flow("monolith"))

        sides.assert_equal()
        assert capture.backlog(sides.both.monolith, "ledger") == 0

    def test_follows_a_swap_of_unique_values(self, sides):
        sides.install()
        fill(sides, accounts=2)
        copy_all(sides)
        app = sides.app()
        with app.transaction():
            app.execute("UPDATE ledger_account SET owner = 'aside' WHERE owner = 'owner 0'")
            app.execute("UPDATE ledger_account SET owner = 'owner 0' WHERE owner = 'owner 1'")
            app.execute("UPDATE ledger_account SET owner = 'owner 1' WHERE owner = 'aside'")

        cycle(sides.both.flow("monolith"))

        sides.assert_equal()

    def test_follows_a_truncate(self, sides):
        sides.install()
        fill(sides)
        copy_all(sides)
        owner = psycopg.connect(sides.databases["monolith"].owner_url, autocommit=True)
        owner.execute("TRUNCATE ledger_entry")
        owner.close()
        sides.account(owner="after the truncate")

        cycle(sides.both.flow("monolith"))

        sides.assert_equal()

    def test_moves_only_the_rows_of_the_context(self, sides):
        sides.install()
        insert = "INSERT INTO boundaries_facades_receipt VALUES (%s, %s, 'op', 'd', 'null', false, now())"
        for context in ("ledger", "orders"):
            sides.app().execute(insert, [context, "a key"])

        cycle(sides.both.flow("monolith"))

        assert [row[0].split(",")[0] for row in sides.rows("service", "boundaries_facades_receipt")] == [
            "(ledger"
        ]

    def test_is_taken_back_as_a_whole_when_the_barrier_fails(self, sides):
        sides.install()
        sides.account()

        def fail():
            raise RuntimeError("the barrier")

        with pytest.raises(RuntimeError):
            cycle(sides.both.flow("monolith"), at_barrier=fail)

        assert capture.backlog(sides.both.monolith, "ledger") == 1
        cycle(sides.both.flow("monolith"))
        sides.assert_equal()


class TestVerify:
    def test_says_equal_while_the_source_is_written(self, sides):
        sides.install()
        fill(sides)
        copy_all(sides)
        stop = threading.Event()
        writer = threading.Thread(target=_write_until, args=(sides, stop))
        writer.start()
        try:
            verdicts = [verify(sides.both.flow("monolith")) for _ in range(10)]
        finally:
            stop.set()
            writer.join()

        assert [verdict.differences for verdict in verdicts] == [0] * 10
        assert verdicts[0].rows_compared >= 240

    @pytest.mark.parametrize(
        ("damage", "kind", "fields"),
        [
            ("UPDATE ledger_entry SET amount = 7.77 WHERE amount = 30", "different", ("amount",)),
            ("DELETE FROM ledger_entry WHERE amount = 30", "missing", ()),
            (
                "INSERT INTO ledger_entry (id, account_id, amount, note) SELECT -1, id, 1, '' FROM ledger_account LIMIT 1",
                "extra",
                (),
            ),
        ],
    )
    def test_names_each_damaged_row(self, sides, damage, kind, fields):
        sides.install()
        fill(sides)
        copy_all(sides)
        sides.both.service.execute(damage)

        verdict = verify(sides.both.flow("monolith"))

        assert verdict.differences == 1
        assert (verdict.shown[0].table, verdict.shown[0].kind, verdict.shown[0].fields) == (
            "ledger_entry",
            kind,
            fields,
        )


class TestSwitch:
    def test_hands_over_and_back_without_a_loss(self, sides):
        sides.install()
        fill(sides)
        copy_all(sides)

        forth = flip(sides, "service")
        sides.account("service", owner="written at the service")
        cycle(sides.both.flow("service"))
        sides.assert_equal()
        back = flip(sides, "monolith")
        sides.account("monolith", owner="written at the monolith again")
        cycle(sides.both.flow("monolith"))

        sides.assert_equal()
        assert (forth.epoch, back.epoch) == (2, 3)

    def test_goes_through_although_there_is_always_something_left(self, sides, monkeypatch):
        sides.install()
        fill(sides)
        copy_all(sides)
        monkeypatch.setattr(switching, "CATCH_UP_ROWS", -1)

        assert flip(sides, "service").owner == "service"

    def test_gives_up_when_every_cycle_is_long_and_leaves_the_owner(self, sides, monkeypatch):
        sides.install()
        monkeypatch.setattr(switching, "CATCH_UP_ROWS", -1)
        monkeypatch.setattr(switching, "CATCH_UP_CYCLE_SECONDS", 0.0)
        monkeypatch.setattr(switching, "CATCH_UP_SECONDS", 0.5)

        with pytest.raises(switching.NotCaughtUp):
            flip(sides, "service")

        sides.account("monolith")

    def test_makes_nobody_the_victim_of_a_deadlock(self, sides):
        """One holds the gate and wants a row of whom waits for the gate behind the switch."""
        sides.install()
        sides.both.monolith.execute("CREATE TABLE unmoved AS SELECT 1 AS n")
        insider, waiter = sides.app(autocommit=False), sides.app(autocommit=False)
        write = (
            "INSERT INTO ledger_account (id, owner, balance) VALUES (gen_random_uuid(), gen_random_uuid(), 0)"
        )
        try:
            insider.execute(write)
            waiter.execute("UPDATE unmoved SET n = 2")
            with ThreadPoolExecutor() as pool:
                flipped = pool.submit(flip, sides, "service")
                wait_for(lambda: waits_for_gate(sides), what="the switch to ask for the gate")
                written = pool.submit(waiter.execute, write)
                wait_for(lambda: waits_for_gate(sides, 2) or written.done(), what="the writer to queue")
                pool.submit(lambda: (written.result(), waiter.commit()))
                insider.execute("UPDATE unmoved SET n = 3")
                insider.commit()

                assert flipped.result().owner == "service"
        finally:
            sides.both.monolith.execute("DROP TABLE unmoved")
        assert len(sides.rows("service", "ledger_account")) == 2

    def test_only_the_owner_accepts_writes(self, sides):
        sides.install()
        with pytest.raises(psycopg.DatabaseError) as refused:
            sides.account("service")
        assert refused.value.sqlstate == "MG001"
        assert refused.value.diag.message_detail == '{"context" : "ledger", "epoch" : 1}'

        flip(sides, "service")

        with pytest.raises(psycopg.DatabaseError) as refused:
            sides.account("monolith")
        assert refused.value.sqlstate == "MG001"
        sides.account("service")

    def test_leaves_the_mirror_quiet(self, sides):
        sides.install()
        fill(sides, accounts=3)
        copy_all(sides)
        flip(sides, "service")
        sides.account("service")
        cycle(sides.both.flow("service"))

        assert capture.backlog(sides.both.monolith, "ledger") == 0
        assert capture.backlog(sides.both.service, "ledger") == 0

    def test_sequences_never_hand_out_a_used_key(self, sides):
        sides.install()
        fill(sides, accounts=3)
        copy_all(sides)
        flip(sides, "service")

        key = sides.account("service")
        sides.app("service").execute(
            "INSERT INTO ledger_entry (account_id, amount, note) VALUES (%s, 1, '')", [key]
        )

        assert sequence.behind(sides.both.service, sides.both.tables("service")) == []

    def test_waits_no_longer_than_stated_for_a_long_transaction(self, sides, settings):
        sides.install()
        settings.BOUNDARIES = {**settings.BOUNDARIES, "GATE_TIMEOUT_MS": 100, "GATE_ATTEMPTS": 2}
        holder = sides.app(autocommit=False)
        holder.execute("UPDATE ledger_account SET balance = 1")

        with pytest.raises(GateBusy) as busy:
            flip(sides, "service")

        assert "pid" in busy.value.blockers
        assert owner_side(sides.both.pair, sides.both.monolith, sides.both.service) == "monolith"

    def test_a_writer_in_flight_is_drained_and_a_waiting_one_is_told(self, sides):
        sides.install()
        first = sides.app(autocommit=False)
        key = uuid.uuid4()
        first.execute("INSERT INTO ledger_account VALUES (%s, 'in flight', 0)", [key])
        outcome = []
        switcher = threading.Thread(target=lambda: flip(sides, "service"))
        switcher.start()
        _wait_until_queued(sides)

        def write_late():
            try:
                sides.account("monolith")
            except psycopg.DatabaseError as error:
                outcome.append(error.sqlstate)

        late = threading.Thread(target=write_late)
        late.start()
        time.sleep(0.05)
        first.commit()
        switcher.join()
        late.join()

        assert outcome == ["MG001"]
        assert any(str(key) in row[0] for row in sides.rows("service", "ledger_account"))

    def test_finishes_from_the_rows_alone_after_a_crash_between_close_and_open(self, sides):
        sides.install()
        sides.both.service.execute("UPDATE boundaries_facades_ownership SET drained = 2")
        sides.both.monolith.execute("UPDATE boundaries_facades_ownership SET open = false, epoch = 2")

        assert owner_side(sides.both.pair, sides.both.monolith, sides.both.service) is None
        assert finish(sides.both.pair, sides.both.monolith, sides.both.service) == "service"


def _write_until(sides, stop):
    app = sides.app()
    while not stop.is_set():
        key = uuid.uuid4()
        with app.transaction():
            app.execute("INSERT INTO ledger_account VALUES (%s, %s, 0)", [key, str(key)])
            app.execute("INSERT INTO ledger_entry (account_id, amount, note) VALUES (%s, 1, '')", [key])


def _wait_until_queued(sides):
    query = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND NOT granted"
    )
    deadline = time.monotonic() + 5
    while not sides.both.monolith.execute(query).fetchone()[0]:
        assert time.monotonic() < deadline, "the switch never queued at the gate"
        time.sleep(0.002)
