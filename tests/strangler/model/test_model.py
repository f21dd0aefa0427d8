"""Can the switch lose a write, or open both sides, in any order of events? And would we notice?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from boundaries.strangler.postgres import switch
from tests.strangler.model.explorer import Explored, explore
from tests.strangler.model.protocol import MUTANTS, RULES, Protocol, begin, is_over

# Steps of the model that are no point of the switch: the follower's, the writers' and what others do.
NOT_OF_THE_SWITCH = {"read", "applied", "deleted", "finished", "stands still", "late.opened", "pass.given"}


def explored(mutant: str = "", *, troubles: int = 3) -> Explored:
    return explore(begin(troubles=troubles), Protocol(mutant).moves, RULES, is_over)


def test_the_protocol_breaks_no_rule_in_any_order_of_events() -> None:
    found = explored()

    assert found.broken == "", found.trace
    assert found.states > 10_000


@pytest.mark.parametrize("mutant", MUTANTS)
def test_without_one_of_its_protections_it_does(mutant: str) -> None:
    found = explored(mutant)

    assert found.broken in RULES, MUTANTS[mutant]


def test_the_steps_have_the_names_of_the_code() -> None:
    code = set(re.findall(r'fault_point\("switch\.(\w+)"\)', Path(switch.__file__).read_text()))
    model = {step for step in explored(troubles=0).steps if "writer." not in step} - NOT_OF_THE_SWITCH

    # Points of the code that lie within one step of the model, or only wait for a standby.
    assert code - {"before_close", "sequences_set", "confirmed"} == model
