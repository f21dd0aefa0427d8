"""How do the calls between deployables run: in circles, or one behind the other?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from boundaries.enforcement.circle import circles
from boundaries.enforcement.landscape.deployable import Landscape
from boundaries.enforcement.landscape.hit import Hit, declared

CIRCLE = "BD241"
CHAIN = "BD242"
MOST_REMOTE_CALLS = 2


def find(landscape: Landscape) -> Iterator[Hit]:
    """Circles that a service is part of, and chains of more than two remote calls."""
    edges = {name: set(callees) for name, callees in landscape.calls.items() if callees}
    services = {service.name for service in landscape.services}
    in_circles: set[str] = set()
    for circle in circles(edges):
        in_circles |= set(circle)
        if services & set(circle):
            told = " -> ".join([*circle, circle[0]])
            yield declared(CIRCLE, landscape.map, circle[0], other=circle[1], target=told)
    for chain in _chains(landscape, without=in_circles):
        yield declared(CHAIN, landscape.map, chain[0], other=chain[-1], target=" -> ".join(chain))


def _chains(landscape: Landscape, *, without: set[str]) -> Iterator[list[str]]:
    """The longest chain from each context that nobody calls."""
    calls = {
        name: [callee for callee in callees if callee not in without]
        for name, callees in landscape.calls.items()
        if name not in without
    }
    called = {callee for callees in calls.values() for callee in callees}
    for start in sorted(calls.keys() - called):
        chain = max(_ways(calls, start), key=lambda way: _remote_calls(landscape, way))
        if _remote_calls(landscape, chain) > MOST_REMOTE_CALLS:
            yield chain


def _ways(calls: dict[str, list[str]], start: str) -> Iterator[list[str]]:
    yield [start]
    for callee in calls.get(start, ()):
        for way in _ways(calls, callee):
            yield [start, *way]


def _remote_calls(landscape: Landscape, way: list[str]) -> int:
    homes = [landscape.home_of(context).name for context in way]
    return sum(caller != callee for caller, callee in pairwise(homes))
