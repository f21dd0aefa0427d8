"""What does a coordinator do that hangs at the worst moment, and wakes up too late?

SIGSTOP instead of SIGKILL: the process is there, its connections are open, and nobody can tell it from a slow one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from boundaries.strangler.postgres.holder import HELD_AT_MOST_MS
from tests.crashes.traffic import traffic
from tests.journeys.library import Library
from tests.waiting import wait_for

# The server's own limit, and what a busy machine of two cores adds to it.
LONGEST_SECONDS = HELD_AT_MOST_MS / 1000 + 0.5
SLOW_MACHINE_SECONDS = 2.0


@contextmanager
def stopped_at(point: str, library: Library, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A switch of the writes that stands still at a fault point, by SIGSTOP."""
    process = subprocess.Popen(
        library.argv("extract", "fines", "switch-writes", "--yes=fines", "--json"), cwd=library.folder, text=True,
        env={**library.environ, "BOUNDARIES_FAULT": f"{point}:stall=2", "BOUNDARIES_FAULT_DIR": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_for((folder / f"{point}.hit").exists, seconds=30, what=f"the switch to come to {point}")
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        process.kill()
        process.communicate()


def wake(process: subprocess.Popen[str]) -> tuple[int, dict[str, str]]:
    """Let it go on to its end; its exit code, and the error that it printed as one object."""
    process.send_signal(signal.SIGCONT)
    output, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    return process.returncode, json.loads(output)["error"]


class TestHungCoordinator:
    def test_given_the_gate_held_when_it_hangs_then_the_server_cuts_it_off_and_writers_go_on(
        self, following: Library, tmp_path: Path
    ) -> None:
        with traffic(following) as seen, stopped_at("switch.gate_held", following, tmp_path) as process:
            began = time.monotonic()
            seen.wait_for_writes_at("monolith")
            waited = time.monotonic() - began
            code, error = wake(process)
            seen.wait_for_writes_at("monolith")

            assert (code, error["code"]) == (2, "BD516")
            assert following.open_sides() == ["monolith"]
            assert following.step("switch-writes", "--yes=fines")["figures"]["owner"] == "service"
            seen.wait_for_writes_at("service")

        assert waited < LONGEST_SECONDS + SLOW_MACHINE_SECONDS
        assert seen.longest_seconds < LONGEST_SECONDS + SLOW_MACHINE_SECONDS
        seen.assert_nothing_lost_or_doubled()

    @pytest.mark.nightly
    def test_given_the_last_rows_drained_when_it_hangs_then_what_is_written_later_is_drained_by_the_next(
        self, following: Library, tmp_path: Path
    ) -> None:
        """The other side has everything and the mark to be opened, but its mark is for a switch that never was."""
        with traffic(following) as seen, stopped_at("switch.drained", following, tmp_path) as process:
            seen.wait_for_writes_at("monolith")
            code, error = wake(process)

            assert (code, error["code"]) == (2, "BD516")
            assert following.open_sides() == ["monolith"]
            following.step("switch-writes", "--yes=fines")
            seen.wait_for_writes_at("service")

        seen.assert_nothing_lost_or_doubled()


class TestLateOpener:
    def test_given_others_who_went_on_and_back_when_it_wakes_then_it_opens_nothing(
        self, following: Library, tmp_path: Path
    ) -> None:
        """Closed one side, then lost the network for so long that the writes are already back."""
        with traffic(following) as seen, stopped_at("switch.confirmed", following, tmp_path) as process:
            _cut_off(following)
            seen.wait_for_writes_at("service")
            following.wait_for_follower()
            assert following.step("rollback", "--yes=fines")["figures"]["owner"] == "monolith"
            seen.wait_for_writes_at("monolith")

            code, error = wake(process)

            assert (code, error["code"]) == (2, "BD552")
            assert following.open_sides() == ["monolith"]
            seen.wait_for_writes_at("monolith")

        seen.assert_nothing_lost_or_doubled()

    @pytest.mark.nightly
    def test_given_others_who_opened_the_same_side_when_it_wakes_then_that_is_as_good(
        self, following: Library, tmp_path: Path
    ) -> None:
        with traffic(following) as seen, stopped_at("switch.confirmed", following, tmp_path) as process:
            _cut_off(following)
            seen.wait_for_writes_at("service")

            process.send_signal(signal.SIGCONT)
            output, _ = process.communicate(timeout=30)

            assert json.loads(output)["figures"]["owner"] == "service"
            assert following.open_sides() == ["service"]

        seen.assert_nothing_lost_or_doubled()


class TestFollowers:
    def test_given_traffic_when_all_their_sessions_are_ended_then_they_connect_again_and_take_turns(
        self, following: Library
    ) -> None:
        library = following
        library.start("second", library.argv("follow"))
        with traffic(library) as seen:
            for _ in range(3):
                _cut_off(library, "monolith", "service")
                seen.wait_for_writes_at("monolith")
            library.wait_for_follower()
            library.step("switch-writes", "--yes=fines")
            seen.wait_for_writes_at("service")

        seen.assert_nothing_lost_or_doubled()
        assert library.stop("second") == 0


def _cut_off(library: Library, *sides: str) -> None:
    """End the sessions of the move, at the monolith, as keep-alives do some time after a machine has gone."""
    for side in sides or ("monolith",):
        database = library.monolith if side == "monolith" else library.service
        with psycopg.connect(database.superuser_url, autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = %s OR application_name LIKE 'boundaries fines %%'",
                [database.role("mover")],
            )
