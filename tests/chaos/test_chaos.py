"""Does the move keep its promises while things break? The short form, nightly; `make chaos CYCLES=1000 SEED=n` is the long one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from tests.chaos import report
from tests.chaos.__main__ import FOLDER, run
from tests.chaos.mutant import MUTANTS
from tests.chaos.plan import FAULTS, all_points, draw

CYCLES, SEED = 30, 1
# How often a mutant may try to show itself.
ATTEMPTS = 6


@pytest.fixture(scope="module")
def told() -> Mapping[str, Any]:
    """The report of thirty cycles."""
    told = run(list(draw(SEED, CYCLES)), seed=SEED)
    report.write(told, FOLDER / "short.json")
    return told


@pytest.mark.nightly
@pytest.mark.timeout(900)
class TestMove:
    def test_keeps_its_promises_while_things_break(self, told: Mapping[str, Any]) -> None:
        lacking = {f"the fault {name} never struck: {remedy}" for name, remedy in told["lacks"].items()}

        assert set(report.problems(told)) <= lacking
        assert told["acknowledged"] > 50 * CYCLES

    def test_met_every_fault(self, told: Mapping[str, Any]) -> None:
        if told["lacks"] and "CI" not in os.environ:
            pytest.skip(f"this machine lacks {told['lacks']}")

        assert [name for name, count in told["faults"].items() if not count] == []


class TestDraw:
    def test_thirty_cycles_meet_every_point_and_every_fault(self) -> None:
        cycles = list(draw(SEED, CYCLES))

        assert {act.name for cycle in cycles for act in cycle.script.acts} == set(all_points())
        assert {cycle.fault for cycle in cycles} == set(FAULTS)
        assert len(all_points()) >= 25

    def test_a_seed_is_always_the_same_run(self) -> None:
        assert list(draw(5, 40)) == list(draw(5, 40))
        assert list(draw(5, 40))[:30] == list(draw(5, 30))


@pytest.mark.nightly
@pytest.mark.timeout(600)
class TestMutant:
    """With a protection taken out, the suite goes red, and for the right reason."""

    @pytest.mark.parametrize("name", MUTANTS)
    def test_is_noticed(self, name: str) -> None:
        mutant = MUTANTS[name]

        told = run(mutant.cycles(ATTEMPTS), seed=7, mutant=name, until_red=True)

        assert told["red"], f"nothing was noticed in {told['cycles']} cycles"
        assert set(told["red"][-1]["broken"]) & mutant.breaks
