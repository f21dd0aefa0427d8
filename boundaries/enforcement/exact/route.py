"""Which URLconfs lead to views of another context?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """One link for each URLconf and module of views; what a decorator has made of a view is not one."""
    views = {(r.urlconf, r.module) for r in observation.routes if "<locals>" not in r.qualname}
    for urlconf, module in sorted(views):
        link = ground.link(
            kind="url",
            module=urlconf,
            target=module,
            target_module=module,
            detail="a view of the other context",
        )
        if link is not None:
            yield link
