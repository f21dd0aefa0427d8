"""Is a failover that loses commits, or a restore of one side, noticed before it does more harm?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.copy import Copy, taking_the_place
from tests.chaos.crew import Crew, Troupe, words_of
from tests.chaos.plan import Act, Cycle, Script
from tests.chaos.stand import CONTEXT, SIDES, Stand, new_stand

WRITERS = ("single", "swap", "raw", "circle")
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with new_stand() as stand:
        yield stand


@contextmanager
def at_work(stand: Stand, station: str, folder: Path) -> Iterator[Crew]:
    """Writers and a follower at a station."""
    stand.enter(station)
    act = Act("switch-writes", "")
    cycle = Cycle(1, 1, Script("round", station, (act,)), "kill", WRITERS, is_cold=False, is_corrupted=False)
    troupe = Troupe()
    crew = Crew(stand, troupe, cycle, folder)
    try:
        crew.start_follower()
        stand.wait_for_follower()
        crew.start_writers("service" if station == "switched" else "monolith")
        crew.wait_for_writes()
        yield crew
    finally:
        crew.clear()
        troupe.dismiss()


def assert_noticed(crew: Crew, *steps: str, intact: str) -> None:
    """Each step refuses and says `recover`; that asks whom to believe, and after it all is well again."""
    for step in steps:
        refused = crew.start(*words_of(step))
        assert refused.wait() == 2, f"{step} went through"
        assert "recover" in refused.printed()
    asked = crew.start(*words_of("recover"))
    assert (asked.wait(), asked.told()["error"]["code"]) == (2, "BD558")
    accepted = crew.start(*words_of("recover"), "--accept", intact, f"--yes={CONTEXT}")
    assert accepted.wait() == 0, accepted.printed()
    crew.stop_writers()
    verified = crew.start(*words_of("verify"))
    assert verified.wait() == 0, verified.printed()


class TestFailover:
    @pytest.mark.parametrize("side", ["monolith", "service"])
    def test_given_a_standby_that_misses_the_last_second_when_it_takes_over_then_it_is_noticed(
        self, side: str, stand: Stand, tmp_path: Path
    ) -> None:
        standby = Copy(stand.clusters[side], is_standby=True)
        with at_work(stand, "switched" if side == "service" else "following", tmp_path) as crew:
            standby.start()
            standby.cut_off()
            crew.wait_for_writes(30)
            standby.promote()
            with taking_the_place(standby, stand, side):
                flip = "rollback" if side == "service" else "switch-writes"
                assert_noticed(crew, "verify", flip, intact=SIDES[1 - SIDES.index(side)])


class TestRestore:
    @pytest.mark.parametrize("side", ["monolith", "service"])
    def test_given_a_backup_from_before_the_flip_when_it_is_restored_then_it_is_noticed(
        self, side: str, stand: Stand, tmp_path: Path
    ) -> None:
        with at_work(stand, "following", tmp_path) as crew:
            backup = Copy(stand.clusters[side], is_standby=False)
            backup.create()
            assert crew.start(*words_of("switch-writes")).wait() == 0
            crew.wait_for_writes(30)
            backup.port = stand.clusters[side].port
            with taking_the_place(backup, stand, side):
                # The restored monolith believes that its writes were never switched.
                flip = "rollback" if side == "service" else "switch-writes"
                assert_noticed(crew, "verify", flip, intact=SIDES[1 - SIDES.index(side)])
