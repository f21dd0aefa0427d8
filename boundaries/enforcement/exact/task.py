"""Which scheduled tasks belong to another context than the schedule?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """Entries of the beat schedule; the schedule belongs to the context of the settings, if that has one."""
    context_of = ground.analysis.context_map.context_of_module
    settings = observation.settings
    for name in sorted(set(observation.schedule.values())):
        module = observation.tasks.get(name, "")
        link = ground.link(
            kind="task",
            module=settings,
            qualname="",
            context=context_of(settings),
            target_context=context_of(module),
            target=name,
            detail="beat schedule",
            target_module=module,
        )
        if link is not None:
            yield link
