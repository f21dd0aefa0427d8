"""Does the same command finish after a kill -9 at any point, with nothing lost, doubled or open twice?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.crashes.conftest import (
    CrashAt,
    Stand,
    in_shell,
    kit_objects,
    points_of,
    some_nightly,
)
from tests.crashes.traffic import traffic
from tests.journeys.library import Library

COPYING = points_of("replicate")
SWITCHING = points_of("switch")
FOLLOWING = points_of("follow")
SCAFFOLDING = points_of("scaffold")
PROVISIONING = points_of("provision")
ABORTING = points_of("abort")
RECOVERING = points_of("recover")
GOING_BACK = points_of("rollback")
VERIFYING = points_of("verify")
FORTH = ("switch-writes", "--yes=fines")
BACK = ("rollback", "--yes=fines")


def kill(crash_at: CrashAt, point: str, library: Library, *words: str) -> None:
    crash_at(point, library.argv("extract", "fines", *words), env=in_shell(library), cwd=library.folder)


class TestReplicate:
    # In `replicate` the log is applied once after the copy; its points are met there too.
    @pytest.mark.parametrize("point", some_nightly([*COPYING, "follow.target_committed"], keep=2))
    def test_given_traffic_when_it_is_killed_then_the_same_command_finishes(
        self, point: str, provisioned: Library, crash_at: CrashAt
    ) -> None:
        library = provisioned
        with traffic(library) as seen:
            kill(crash_at, point, library, "replicate")
            seen.wait_for_writes_at("monolith")
            library.step("replicate")
            seen.wait_for_writes_at("monolith")

        verified = library.step("verify")["figures"]
        assert (verified["differences"], verified["schema_differences"]) == (0, [])
        assert library.open_sides() == ["monolith"]
        seen.assert_nothing_lost_or_doubled()


class TestSwitchWrites:
    @pytest.mark.parametrize("point", some_nightly(SWITCHING, keep=3))
    def test_given_traffic_when_it_is_killed_there_and_back_then_the_same_command_finishes(
        self, point: str, following: Library, crash_at: CrashAt
    ) -> None:
        library = following
        with traffic(library) as seen:
            kill(crash_at, point, library, *FORTH)
            assert library.step(*FORTH)["figures"]["owner"] == "service"
            assert library.open_sides() == ["service"]
            seen.wait_for_writes_at("service")

            kill(crash_at, point, library, *BACK)
            assert library.step(*BACK)["figures"]["owner"] == "monolith"
            assert library.open_sides() == ["monolith"]
            seen.wait_for_writes_at("monolith")

        seen.assert_nothing_lost_or_doubled()

    def test_given_a_kill_between_close_and_open_when_a_follower_runs_then_writers_go_on_by_themselves(
        self, following: Library, crash_at: CrashAt
    ) -> None:
        with traffic(following) as seen:
            kill(crash_at, "switch.closed", following, *FORTH)
            seen.wait_for_writes_at("service")

            assert following.open_sides() == ["service"]
            assert following.step(*BACK)["figures"]["owner"] == "monolith"
            seen.wait_for_writes_at("monolith")

        seen.assert_nothing_lost_or_doubled()


class TestFollow:
    @pytest.mark.parametrize("point", some_nightly(FOLLOWING, keep=1))
    def test_given_traffic_when_it_is_killed_then_the_next_one_goes_on(
        self, point: str, unfollowed: Library, crash_at: CrashAt
    ) -> None:
        library = unfollowed
        with traffic(library) as seen:
            crash_at(point, library.argv("follow"), env=in_shell(library), cwd=library.folder)
            seen.wait_for_writes_at("monolith")
            library.start_follower()
            library.wait_for_follower()

        seen.assert_nothing_lost_or_doubled()
        assert library.stop("follow") == 0


class TestVerify:
    @pytest.mark.parametrize("point", some_nightly(VERIFYING, keep=0))
    def test_given_traffic_when_it_is_killed_then_the_same_command_finds_no_difference(
        self, point: str, following: Library, crash_at: CrashAt
    ) -> None:
        library = following
        with traffic(library) as seen:
            kill(crash_at, point, library, "verify")
            assert library.step("verify")["figures"]["differences"] == 0

        seen.assert_nothing_lost_or_doubled()


class TestRollback:
    @pytest.mark.parametrize("point", GOING_BACK)
    def test_given_the_writes_back_and_no_answer_when_it_is_run_again_then_it_goes_no_further(
        self, point: str, following: Library, crash_at: CrashAt
    ) -> None:
        library = following
        library.step(*FORTH)
        with traffic(library) as seen:
            kill(crash_at, point, library, *BACK)
            for _ in range(2):
                told = library.step(*BACK)["figures"]
                assert (told["taken_back"], told["already"]) == ("switch-writes", True)
            seen.wait_for_writes_at("monolith")

        assert json.loads(library.extract("--json").stdout)["reached"] == "switch-reads"
        seen.assert_nothing_lost_or_doubled()


class TestRecover:
    @pytest.mark.parametrize("point", some_nightly(RECOVERING, keep=1))
    def test_given_a_switch_cut_off_when_it_is_killed_then_the_same_command_finishes(
        self, point: str, following: Library, crash_at: CrashAt
    ) -> None:
        library = following
        with traffic(library) as seen:
            kill(crash_at, "switch.before_gate", library, *FORTH)
            library.stop("follow")
            kill(crash_at, point, library, "recover")
            assert library.step("recover")["figures"] == {"owner": "monolith", "completed_a_switch": False}
            seen.wait_for_writes_at("monolith")
            library.start_follower()

        seen.assert_nothing_lost_or_doubled()


class TestAbort:
    @pytest.mark.parametrize("point", some_nightly(ABORTING, keep=1))
    def test_given_traffic_when_it_is_killed_then_the_same_command_leaves_nothing_behind(
        self, point: str, unfollowed: Library, crash_at: CrashAt
    ) -> None:
        library = unfollowed
        with traffic(library) as seen:
            kill(crash_at, point, library, "abort", "--yes=fines")
            library.step("abort", "--yes=fines")
            seen.wait_for_writes_at("monolith")

        assert seen.errors == []
        assert kit_objects(library.url("monolith")) == []
        with psycopg.connect(library.url("monolith")) as session:
            assert session.execute("SELECT count(*) FROM fines_payment").fetchone() == (len(seen.references),)


class TestScaffold:
    @pytest.mark.nightly
    @pytest.mark.parametrize("point", SCAFFOLDING)
    def test_given_no_folder_when_it_is_killed_then_the_same_command_writes_the_same_files(
        self, point: str, provisioned: Library, crash_at: CrashAt
    ) -> None:
        before = files_below(provisioned.service_folder)
        shutil.rmtree(provisioned.service_folder)

        kill(crash_at, point, provisioned, "scaffold")
        provisioned.step("scaffold")

        assert files_below(provisioned.service_folder) == before


class TestProvision:
    @pytest.mark.nightly
    @pytest.mark.parametrize("point", PROVISIONING)
    def test_given_no_database_when_it_is_killed_then_the_same_command_finishes(
        self, point: str, provisioned: Library, stand: Stand, crash_at: CrashAt
    ) -> None:
        with psycopg.connect(provisioned.service.admin_url, autocommit=True) as session:
            session.execute(f"DROP DATABASE {provisioned.service.name} WITH (FORCE)")

        kill(crash_at, point, provisioned, "provision")

        assert provisioned.step("provision")["figures"]["differences"] == 0


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
