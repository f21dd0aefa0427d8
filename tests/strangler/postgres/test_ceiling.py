"""What happens when the change log must not grow any more?"""

from __future__ import annotations

import threading

import psycopg
import pytest

from boundaries.strangler.postgres import capture, divergence, latch
from boundaries.strangler.postgres.apply import cycle
from boundaries.strangler.postgres.latch import TableMarked
from boundaries.strangler.postgres.resync import StillWriting, rearm
from boundaries.strangler.postgres.verify import verify
from tests.strangler.postgres.test_move import copy_all, fill, flip
from tests.waiting import wait_for

MANY = "INSERT INTO ledger_account SELECT gen_random_uuid(), 'many ' || gen_random_uuid(), n FROM generate_series(1, 5000) n"


@pytest.fixture
def low(sides, monkeypatch):
    """Both sides copied and level; the log holds a few thousand keys and no more."""
    monkeypatch.setenv("BOUNDARIES_LOG_CEILING_BYTES", "200000")
    sides.install()
    fill(sides)
    copy_all(sides)
    return sides


def marked(sides, side="monolith"):
    tables = latch.marked(sides.both.connection(side), "ledger", sides.both.tables(side))
    return [table.name for table in tables]


def resync(sides, source="monolith"):
    """What the follower does."""
    flow = sides.both.flow(source)
    rearm(flow)
    return cycle(flow)


class TestALogAtItsCeiling:
    def test_marks_the_table_that_grew_and_notes_no_more_of_it(self, low):
        low.app().execute(MANY)
        before = capture.backlog(low.both.monolith, "ledger")

        low.app().execute(MANY)

        assert marked(low) == ["ledger_account"]
        assert capture.backlog(low.both.monolith, "ledger") == before

    def test_lets_the_writers_of_other_tables_be_noted(self, low):
        low.app().execute(MANY)
        before = capture.backlog(low.both.monolith, "ledger")

        low.app().execute(
            "INSERT INTO ledger_entry (account_id, amount, note) SELECT id, 1, '' FROM ledger_account LIMIT 5"
        )

        assert capture.backlog(low.both.monolith, "ledger") == before + 5

    def test_is_noticed_by_small_statements_too(self, low):
        app = low.app(autocommit=False)
        for _ in range(8):
            app.execute(MANY.replace("5000", "900"))
        for _ in range(3_000):
            app.execute("UPDATE ledger_account SET balance = 1 WHERE balance = 1")
            if marked(low):
                break
        app.commit()

        assert marked(low) == ["ledger_account"]

    def test_stays_marked_when_the_writer_rolls_back(self, low):
        app = low.app(autocommit=False)
        app.execute(MANY)
        app.rollback()

        assert marked(low) == ["ledger_account"]

    def test_nothing_is_applied_or_switched_until_it_is_followed_again(self, low):
        low.app().execute(MANY)

        for refused in (lambda: cycle(low.both.flow("monolith")), lambda: flip(low, "service")):
            with pytest.raises(TableMarked, match="ledger_account"):
                refused()


class TestFollowingAgain:
    def test_copies_what_was_not_logged(self, low):
        app = low.app()
        app.execute(MANY)
        app.execute("DELETE FROM ledger_entry WHERE amount < 3")
        app.execute("DELETE FROM ledger_account WHERE balance < 3")
        app.execute("UPDATE ledger_account SET balance = 7 WHERE owner LIKE 'many%'")

        resync(low)

        low.assert_equal()
        assert marked(low) == []
        assert capture.is_empty(low.both.monolith, "ledger")

    def test_goes_on_logging_from_there(self, low):
        low.app().execute(MANY)
        resync(low)

        low.account()

        assert cycle(low.both.flow("monolith")).keys == 1
        low.assert_equal()

    def test_copies_no_row_that_is_equal(self, low):
        latch.mark(low.both.monolith, "ledger", low.both.tables("monolith"))
        low.app().execute("UPDATE ledger_account SET balance = 1000 WHERE balance IN (3, 4)")
        low.app().execute("DELETE FROM ledger_entry WHERE amount = 7")

        applied = resync(low)

        assert applied.by_table == {"ledger_account": 2, "ledger_entry": 0, "boundaries_facades_receipt": 0}
        low.assert_equal()

    def test_copies_tables_that_one_side_does_not_have_any_more(self, low):
        latch.mark(low.both.monolith, "ledger", low.both.tables("monolith"))
        low.app().execute("DELETE FROM ledger_entry")

        resync(low)

        low.assert_equal()

    def test_waits_for_a_writer_who_has_seen_the_mark(self, low):
        latch.mark(low.both.monolith, "ledger", low.both.tables("monolith"))
        writer = low.app(autocommit=False)
        writer.execute("INSERT INTO ledger_account VALUES (gen_random_uuid(), 'unlogged', 0)")
        with pytest.raises(StillWriting, match="ledger_account"):
            rearm(low.both.flow("monolith"))
        still = marked(low)
        writer.commit()

        resync(low)

        assert len(still) == 3
        low.assert_equal()

    def test_gives_the_room_back_while_an_old_snapshot_looks_on(self, low):
        reader = low.app(autocommit=False)
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM ledger_account")
        low.app().execute(MANY)

        resync(low)

        assert capture.log_bytes(low.both.monolith, "ledger") < 100_000
        low.assert_equal()

    def test_works_on_the_way_back_too(self, low):
        flip(low, "service")
        low.app("service").execute(MANY)
        assert marked(low, "service") == ["ledger_account"]
        with pytest.raises(TableMarked):
            flip(low, "monolith")

        resync(low, "service")
        flip(low, "monolith")

        low.assert_equal()
        assert verify(low.both.flow("monolith")).differences == 0

    def test_under_traffic_ends_equal(self, low, monkeypatch):
        monkeypatch.setenv("BOUNDARIES_LOG_CEILING_BYTES", "100000000")
        latch.set_ceiling(low.both.monolith, "ledger")
        stop = threading.Event()
        writer = low.app()

        def write():
            number = 0
            while not stop.is_set():
                number += 1
                writer.execute(f"UPDATE ledger_account SET balance = {number} WHERE owner LIKE 'owner 1%'")
                writer.execute(
                    "INSERT INTO ledger_account VALUES (gen_random_uuid(), %s, 0)", [f"t {number}"]
                )

        thread = threading.Thread(target=write)
        thread.start()
        try:
            for _ in range(3):
                latch.mark(low.both.monolith, "ledger", low.both.tables("monolith"))
                before = writer_count(low)
                wait_for(lambda before=before: writer_count(low) > before + 20, what="unlogged writes")
                resync(low)
        finally:
            stop.set()
            thread.join()
        cycle(low.both.flow("monolith"))

        low.assert_equal()


class TestRecovering:
    def test_takes_what_was_not_logged_for_what_waits(self, low):
        mark_and_write(low)

        found = divergence.compare(
            low.both.flow("monolith"), waiting_in=low.both.monolith, tell=lambda rows: None
        )

        assert (found.differences, found.explained > 0) == (0, True)

    @pytest.mark.parametrize("accepted", ["monolith", "service"])
    def test_makes_both_sides_alike_and_logs_all_tables_again(self, low, accepted):
        mark_and_write(low)
        flow = low.both.flow(accepted)
        found = divergence.compare(flow, waiting_in=None, tell=lambda rows: None)

        divergence.prefer(flow, found, epoch=3)

        low.assert_equal()
        assert marked(low) == marked(low, "service") == []


def mark_and_write(sides):
    latch.mark(sides.both.monolith, "ledger", sides.both.tables("monolith"))
    sides.account()
    sides.app().execute("UPDATE ledger_account SET balance = 9 WHERE balance < 5")
    sides.app().execute("DELETE FROM ledger_entry WHERE amount = 7")


def writer_count(sides):
    return sides.both.monolith.execute("SELECT count(*) FROM ledger_account").fetchone()[0]
