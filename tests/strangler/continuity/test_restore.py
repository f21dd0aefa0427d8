"""Is it noticed when a database is not what it was, and is nothing lost without somebody's word?"""

from __future__ import annotations

import psycopg
import pytest

from tests.strangler.continuity.conftest import CLUSTER, Stand
from tests.waiting import wait_for

pytestmark = pytest.mark.nightly

HALTED = "MG002"


def refused_with(stand: Stand, side: str) -> str | None:
    """The SQLSTATE that an application's write meets on that side; None where it passes."""
    try:
        stand.insert_fine(side, 99)
    except psycopg.Error as error:
        return error.sqlstate
    return None


class TestRestart:
    def test_given_both_servers_are_killed_and_started_then_nothing_stops(self, stand):
        stand.restart(*CLUSTER)

        stand.insert_fine("service", 2)

        wait_for(lambda: 2 in stand.readers("monolith"), seconds=20, what="the follower to go on")
        assert stand.library.step("recover")["figures"]["owner"] == "service"
        assert stand.library.step("verify")["figures"]["differences"] == 0


class TestRestoreToBeforeTheFlip:
    @pytest.fixture(params=["monolith", "service"])
    def restored(self, request, stand):
        stand.put_back("before", request.param)
        stand.wait_until_halted()
        return request.param

    def test_both_sides_refuse_until_one_is_accepted(self, stand, restored):
        other = "service" if restored == "monolith" else "monolith"
        assert [refused_with(stand, side) for side in CLUSTER] == [HALTED, HALTED]
        assert "BD554" in stand.library.extract("verify").stderr

        refused = stand.library.extract("recover")
        assert refused.returncode == 2
        assert f"the {restored} has gone back" in refused.stderr
        assert f"1 only on the {other}" in refused.stderr
        assert "BD504" in stand.library.extract("recover", f"--accept={other}").stderr
        assert 1 not in stand.readers(restored)
        assert [refused_with(stand, side) for side in CLUSTER] == [HALTED, HALTED]

        told = stand.library.step("recover", f"--accept={other}", "--yes=fines")
        assert told["figures"]["owner"] == other
        stand.library.assert_equal()
        assert stand.library.open_sides() == [other]
        stand.insert_fine(other, 3)
        wait_for(lambda: 3 in stand.readers(restored), seconds=20, what="the follower to go on")

    def test_rows_of_the_side_that_was_not_accepted_are_kept(self, stand, restored):
        other = "service" if restored == "monolith" else "monolith"

        stand.library.step("recover", f"--accept={restored}", "--yes=fines")

        stand.library.assert_equal()
        with stand.superuser(other) as session:
            kept = session.execute("SELECT tbl, row->>'reader' FROM boundaries_kept_fines").fetchall()
        assert ("fines_fine", "1") in kept


class TestFailover:
    def test_given_nothing_was_lost_then_recover_goes_on_by_itself(self, stand):
        standby = stand.take_base_backup("service")

        stand.fail_over("service", standby)

        assert refused_with(stand, "service") == HALTED
        stand.wait_until_halted()
        assert stand.library.step("recover")["figures"]["differences"] == 0
        stand.insert_fine("service", 4)
        wait_for(lambda: 4 in stand.readers("monolith"), seconds=20, what="the follower to go on")

    def test_given_the_owner_lost_commits_then_they_are_named_and_can_be_kept(self, stand):
        standby = stand.take_base_backup("service")
        stand.insert_fine("service", 5)
        wait_for(lambda: 5 in stand.readers("monolith"), seconds=20, what="the fine to come back")

        stand.fail_over("service", standby)
        stand.wait_until_halted()
        refused = stand.library.extract("recover")
        stand.library.step("recover", "--accept=monolith", "--yes=fines")

        assert "1 only on the monolith" in refused.stderr
        assert 5 in stand.readers("service")
        assert stand.library.open_sides() == ["monolith"]
        stand.library.assert_equal()


class TestRestoreToBeforeTheCopy:
    def test_given_the_service_knows_of_no_move_then_giving_up_and_copying_anew_is_the_way(self, stand):
        stand.put_back("before", "monolith")
        stand.put_back("empty", "service")

        refused = stand.library.extract("recover")
        stand.library.step("abort", "--yes=fines")
        stand.library.step("replicate")

        assert "BD546" in refused.stderr
        assert stand.library.step("verify")["figures"]["differences"] == 0
        assert stand.library.open_sides() == ["monolith"]
