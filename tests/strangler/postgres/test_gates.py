"""Does a switch notice that somebody has taken a protection away?"""

from __future__ import annotations

import psycopg
import pytest

from boundaries.strangler.flow import trigger_gates
from boundaries.strangler.postgres import gate, ownership


@pytest.mark.parametrize("side", ["monolith", "service"])
@pytest.mark.parametrize("trigger", ["boundaries_gate_ledger_dml", "boundaries_capture_ledger_upd"])
class TestTriggers:
    def test_a_disabled_one_is_named_with_its_side(self, sides, side, trigger):
        sides.install()
        sides.both.connection(side).execute(f"ALTER TABLE ledger_entry DISABLE TRIGGER {trigger}")

        refused = [found for found in trigger_gates(sides.both) if not found.passed]

        assert [(found.name, found.figure) for found in refused] == [
            (f"triggers of the {side} are enabled", "ledger_entry")
        ]

    def test_installing_again_mends_it(self, sides, side, trigger):
        sides.install()
        sides.both.connection(side).execute(f"ALTER TABLE ledger_entry DISABLE TRIGGER {trigger}")

        sides.install()

        assert all(found.passed for found in trigger_gates(sides.both))


class TestOwnershipRows:
    def test_the_application_may_read_and_not_write_them(self, sides):
        sides.install()
        ownership.protect(sides.both.monolith)
        app = sides.app()

        assert app.execute("SELECT open FROM boundaries_facades_ownership").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE boundaries_facades_ownership SET open = true")

    def test_a_writer_in_repeatable_read_still_passes_the_gate(self, sides):
        sides.install()
        ownership.protect(sides.both.monolith)
        app = sides.app(autocommit=False)
        app.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        app.execute("INSERT INTO ledger_account VALUES (gen_random_uuid(), 'careful', 0)")
        app.commit()

        assert gate.is_installed(sides.both.monolith, "ledger", sides.both.tables("monolith")[0])
