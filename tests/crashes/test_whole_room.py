"""Is every point of the room killed at? Named so that it comes last in its folder, since it looks back."""

from __future__ import annotations

import pytest

from boundaries.faults import all_fault_points
from tests.crashes.conftest import points_of, strangler_points

# Each has its kills in a file of this folder.
STEPS = (
    "abort", "bake", "complete", "follow", "provision", "recover", "replicate", "resync", "rollback", "scaffold",
    "switch", "verify",
)  # fmt: skip


def test_every_point_belongs_to_something_that_is_killed() -> None:
    assert {point for step in STEPS for point in points_of(step)} == strangler_points()
    assert strangler_points() <= set(all_fault_points())


@pytest.mark.nightly
def test_every_point_was_hit_in_this_run(fault_points_hit) -> None:
    assert strangler_points() <= fault_points_hit()
