"""Which URLconfs lead to views of another context?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """One link for each URLconf and module of views."""
    context_of = ground.analysis.context_map.context_of_module
    for urlconf, module in sorted({(route.urlconf, route.module) for route in observation.routes}):
        link = ground.link(
            kind="url",
            module=urlconf,
            qualname="",
            context=context_of(urlconf),
            target_context=context_of(module),
            target=module,
            detail="a view of the other context",
            target_module=module,
        )
        if link is not None:
            yield link
