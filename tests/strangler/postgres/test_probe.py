"""Is a way back that would not work found before the writes are switched?"""

from __future__ import annotations

import pytest

from boundaries.strangler.postgres import probe


def trouble(sides, side):
    return probe.trouble(sides.both.connection(side), "ledger", sides.both.tables(side))


@pytest.mark.parametrize("side", ["monolith", "service"])
class TestProbe:
    def test_finds_nothing_and_leaves_nothing(self, sides, side):
        sides.install()
        sides.account()

        assert trouble(sides, side) == ""

        assert len(sides.rows("monolith", "ledger_account")) == 1
        assert sides.both.connection(side).execute(
            "SELECT count(*) FROM boundaries_log_ledger"
        ).fetchone() == (1 if side == "monolith" else 0,)

    def test_names_a_right_that_is_missing(self, sides, side):
        sides.install()
        connection = sides.both.connection(side)
        owner = connection.execute("SELECT current_user").fetchone()[0]
        connection.execute(f"REVOKE INSERT ON ledger_entry FROM {owner}")
        try:
            assert trouble(sides, side) == "permission denied for table ledger_entry"
        finally:
            connection.execute(f"GRANT INSERT ON ledger_entry TO {owner}")

    def test_names_a_server_that_only_reads(self, sides, side):
        sides.install()
        connection = sides.both.connection(side)
        connection.execute("SET default_transaction_read_only = on")
        try:
            assert "read-only transaction" in trouble(sides, side)
        finally:
            connection.execute("SET default_transaction_read_only = off")
