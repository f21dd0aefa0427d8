"""Can every step be taken back under traffic, and the whole way be gone again afterwards?"""

from __future__ import annotations

import json

import pytest

from tests.crashes.conftest import kit_objects
from tests.crashes.traffic import traffic
from tests.journeys.library import Library


class TestWayBack:
    @pytest.mark.nightly
    def test_given_reads_switched_when_all_is_taken_back_and_done_again_then_nothing_is_lost(
        self, following: Library
    ) -> None:
        library = following
        with traffic(library) as seen:
            first = library.step("rollback", "--yes=fines")["figures"]
            rest = library.step("rollback", "--to", "provision", "--yes=fines")["figures"]
            assert (first["taken_back"], rest["taken_back"]) == ("switch-reads", "shadow, verify, replicate")
            assert kit_objects(library.url("monolith")) == []
            seen.wait_for_writes_at("monolith")

            for step in ("replicate", "verify"):
                library.step(step)
            library.wait_for_follower()
            for step in ("shadow", "switch-reads"):
                library.step(step)
            library.step("switch-writes", "--yes=fines")
            seen.wait_for_writes_at("service")

        seen.assert_nothing_lost_or_doubled()

    def test_given_nothing_replicated_when_taken_back_then_it_says_that_there_is_nothing(
        self, provisioned: Library
    ) -> None:
        done = provisioned.extract("rollback", "--yes=fines", "--json")

        assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (2, "BD540")

    def test_given_one_step_back_when_it_is_asked_again_then_it_says_so_and_how_to_go_further(
        self, following: Library
    ) -> None:
        library = following
        library.step("rollback", "--yes=fines")

        again = library.extract("rollback", "--yes=fines")
        assert again.stdout == (
            "fines rollback: switch-reads is taken back already; this time nothing was done."
            " One step further back: boundaries extract fines rollback --to verify --yes=fines\n"
        )

        assert library.step("rollback", "--to", "verify", "--yes=fines")["figures"]["taken_back"] == "shadow"
        library.step("shadow")
        assert library.step("rollback", "--yes=fines")["figures"]["taken_back"] == "shadow"

    def test_given_a_typing_error_in_where_to_then_it_is_refused_with_the_nearest_name(
        self, unfollowed: Library
    ) -> None:
        done = unfollowed.extract("rollback", "--to", "shadwo", "--yes=fines")

        assert done.returncode == 2
        assert "BD582" in done.stderr
        assert "Did you mean 'shadow'?" in done.stderr


class TestTrial:
    def test_given_reads_switched_when_the_switch_is_only_tried_then_everything_stays(
        self, following: Library
    ) -> None:
        library = following
        with traffic(library) as seen:
            tried = library.step("switch-writes", "--rehearse")["figures"]
            planned = library.step("switch-writes", "--dry-run")["figures"]
            assert (tried["owner"], tried["rehearsed"]) == ("monolith", True)
            assert planned["plan"][0].startswith("now the monolith owns the writes")

            told = json.loads(library.extract("--json").stdout)
            assert (told["reached"], told["next"], told["writes"]) == (
                "switch-reads",
                "switch-writes",
                "monolith",
            )
            seen.wait_for_writes_at("monolith")

        seen.assert_nothing_lost_or_doubled()


class TestAbortTooLate:
    def test_given_the_service_owns_the_writes_when_aborted_then_it_is_refused_and_nothing_has_changed(
        self, following: Library
    ) -> None:
        library = following
        with traffic(library) as seen:
            library.step("switch-writes", "--yes=fines")
            done = library.extract("abort", "--yes=fines", "--json")
            assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (2, "BD541")
            seen.wait_for_writes_at("service")
            assert json.loads(library.extract("--json").stdout)["wanted"] == "following"

        seen.assert_nothing_lost_or_doubled()
