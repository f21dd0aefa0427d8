"""Does a service that does not bear the writes lose them again by itself, whoever is killed meanwhile?"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.crashes.conftest import in_shell
from tests.crashes.traffic import traffic
from tests.journeys.library import Library
from tests.waiting import wait_for

SWITCH = ("switch-writes", "--yes=fines", "--bake", "10m")


@contextmanager
def switching(library: Library, *words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """The command that switches, and then waits for what becomes of it."""
    process = subprocess.Popen(
        library.argv("extract", "fines", *words, "--json"), cwd=library.folder, text=True,
        env={**library.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(library: Library) -> dict[str, Any]:
    bake: dict[str, Any] = json.loads(library.extract("--json").stdout)["bake"]
    return bake


def wait_for_state(library: Library, state: str) -> None:
    query = "SELECT state FROM boundaries_strangler_bake WHERE context = 'fines'"

    def is_there() -> bool:
        with psycopg.connect(library.url("monolith")) as session:
            return session.execute(query).fetchone() == (state,)

    wait_for(is_there, seconds=40, what=f"the bake to be {state!r}")


def meet_errors(library: Library, *, calls: int, failures: int) -> None:
    """What the background threads of web servers store."""
    with psycopg.connect(library.url("monolith")) as session:
        session.execute(
            "INSERT INTO boundaries_facades_call_tally AS t VALUES ('fines', %(calls)s, %(failures)s)"
            " ON CONFLICT (context) DO UPDATE SET calls = t.calls + %(calls)s, failures = t.failures + %(failures)s",
            {"calls": calls, "failures": failures},
        )


class TestBake:
    def test_given_a_service_that_bears_it_when_the_time_is_over_then_it_keeps_the_writes(
        self, following: Library
    ) -> None:
        meet_errors(following, calls=100, failures=100)

        done = following.extract("switch-writes", "--yes=fines", "--bake", "3s", "--probe", "true")

        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("fines bake passed: the service bore it\n")
        assert following.open_sides() == ["service"]

    def test_given_errors_and_the_command_killed_when_the_follower_sees_them_then_it_goes_back(
        self, following: Library
    ) -> None:
        library = following
        with traffic(library) as seen:
            with switching(library, *SWITCH, "--rollback-if", "error_rate>5%"):
                wait_for_state(library, "baking")
            assert told(library)["rule"] == "error_rate>5%"
            meet_errors(library, calls=100, failures=4)
            seen.wait_for_writes_at("service")
            meet_errors(library, calls=100, failures=20)
            seen.wait_for_writes_at("monolith")
            wait_for_state(library, "went back")

        assert told(library)["reason"] == "error rate 12.0% of 200 calls in the last minute"
        assert json.loads(library.extract("--json").stdout)["reached"] == "switch-reads"
        seen.assert_nothing_lost_or_doubled()

    def test_given_a_failing_probe_when_the_follower_is_killed_having_decided_then_the_next_one_goes_back(
        self, unfollowed: Library, crash_at: Any
    ) -> None:
        library = unfollowed
        with ThreadPoolExecutor() as pool:
            killed = pool.submit(
                crash_at, "bake.decided", library.argv("follow"), env=in_shell(library), cwd=library.folder
            )
            library.wait_for_follower()
            with switching(library, *SWITCH, "--probe", "false") as process:
                killed.result()
                assert (library.open_sides(), told(library)["state"]) == (["service"], "going back")

                library.start_follower()
                output, _ = process.communicate(timeout=60)

        bake = json.loads(output)["bake"]
        assert (process.returncode, bake["state"]) == (1, "went back")
        assert bake["reason"] == "the probe failed 2 times: exit code 1"
        assert library.open_sides() == ["monolith"]
        assert library.stop("follow") == 0

    def test_given_the_command_killed_before_the_switch_when_it_is_switched_plainly_then_nothing_is_watched(
        self, following: Library, crash_at: Any
    ) -> None:
        library = following
        crash_at(
            "bake.armed", library.argv("extract", "fines", *SWITCH), env=in_shell(library), cwd=library.folder
        )
        assert told(library)["state"] == "armed"

        library.step("switch-writes", "--yes=fines")

        assert told(library) == {}

    def test_given_terms_that_cannot_be_read_then_nothing_is_switched(self, following: Library) -> None:
        for words, option in (
            (("--bake", "a while"), "--bake 'a while'"),
            (("--bake", "5m", "--rollback-if", "it hurts"), "--rollback-if 'it hurts'"),
        ):
            done = following.extract("switch-writes", "--yes=fines", *words)
            assert (done.returncode, "BD584" in done.stderr, option in done.stderr) == (2, True, True)

        assert following.open_sides() == ["monolith"]
