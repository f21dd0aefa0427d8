"""Which scheduled tasks belong to another context than the schedule?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """Entries of the beat schedule; the schedule belongs to the context of the settings, if that has one."""
    for name in sorted(set(observation.schedule.values())):
        link = ground.link(
            kind="task",
            module=observation.settings,
            target=name,
            target_module=observation.tasks.get(name, ""),
            detail="beat schedule",
        )
        if link is not None:
            yield link
