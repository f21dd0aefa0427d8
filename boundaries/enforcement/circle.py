"""Which names in a graph lie on a circle?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def circles(edges: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """The shortest circle through the first name of each knot of contexts; each knot once."""
    reported: set[str] = set()
    for start in sorted(edges):
        if start in reported:
            continue
        circle = _shortest_way(edges, start)
        if circle:
            reported.update(circle)
            yield circle


def _shortest_way(edges: Mapping[str, set[str]], start: str) -> list[str] | None:
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for step in sorted(edges.get(way[-1], ())):
            if step == start:
                return way
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return None
