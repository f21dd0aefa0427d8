"""Which units make a context together?

Contexts are looked for where the data is: units with tables are clustered first. Code without tables ties the data
that it uses together, and then joins what it is tied to most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from boundaries.enforcement.suggest.anatomy import Anatomy
from boundaries.enforcement.suggest.cluster import clusters_of
from boundaries.enforcement.suggest.layer import Layer, find_layers
from boundaries.enforcement.suggest.unit import Division, Unit
from boundaries.enforcement.suggest.weight import Pair, weigh

# What code without tables says about the data that it uses counts half.
_SECOND_HAND = 0.5
# What changes together in git adds up to at most this share of what the code says.
_HISTORY_SHARE = 0.2


@dataclass(frozen=True)
class Candidate:
    """One candidate: its name and units, the one that named it first."""

    name: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Clustering:
    """Candidates by name, technical layers by unit, apps coupled to nothing; and the candidate of each unit."""

    candidates: tuple[Candidate, ...]
    layers: Mapping[str, Layer]
    alone: tuple[Unit, ...]
    owner: Mapping[str, str]


def cluster_units(
    anatomy: Anatomy, division: Division, *, together: Mapping[Pair, float], wanted: int | None = None
) -> Clustering:
    """Cluster the units of a project without a map.

    `together` says how often two units changed in the same commits; empty without a history.
    """
    ties = [(division.owner[tie.source], division.owner[tie.target], tie) for tie in anatomy.ties]
    layers = find_layers(division.units, ties)
    weights = weigh(
        replace(tie, source=source, target=target)
        for source, target, tie in ties
        if source != target and source not in layers and target not in layers
    )
    weights = _with_history(
        weights, {pair: times for pair, times in together.items() if layers.keys().isdisjoint(pair)}
    )
    units = {name: unit for name, unit in division.units.items() if name not in layers}
    data = {name for name, unit in units.items() if unit.tables} or {
        name for name in units if units[name].app
    }
    membership = clusters_of(data, _between(data, weights), wanted=wanted)
    membership |= _joined(membership, weights)
    candidates = _named(membership, division.units, weights)
    owner = {unit.name: candidate.name for candidate in candidates for unit in candidate.units}
    alone = [unit for name, unit in units.items() if name not in owner and unit.app]
    return Clustering(candidates, layers, tuple(alone), owner)


def _with_history(weights: Mapping[Pair, float], together: Mapping[Pair, float]) -> dict[Pair, float]:
    total = sum(together.values())
    scale = _HISTORY_SHARE * sum(weights.values()) / total if total else 0.0
    found = dict(weights)
    for pair, times in together.items():
        found[pair] = found.get(pair, 0.0) + scale * times
    return found


def _between(data: set[str], weights: Mapping[Pair, float]) -> dict[Pair, float]:
    """The weights between units with tables: their own, and what code without tables adds."""
    edges: defaultdict[Pair, float] = defaultdict(float)
    users: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (a, b), weight in weights.items():
        if a in data and b in data:
            edges[a, b] += weight
        elif a in data:
            users[b][a] = weight
        elif b in data:
            users[a][b] = weight
    for _, used in sorted(users.items()):
        total = sum(used.values())
        names = sorted(used)
        for number, a in enumerate(names):
            for b in names[number + 1 :]:
                edges[a, b] += _SECOND_HAND * used[a] * used[b] / total
    return dict(edges)


def _joined(membership: Mapping[str, str], weights: Mapping[Pair, float]) -> dict[str, str]:
    """Units without tables, each with the cluster that it is tied to most; nearest to the data first."""
    neighbours: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (a, b), weight in weights.items():
        neighbours[a][b] = neighbours[b][a] = weight
    joined: dict[str, str] = {}
    while True:
        placed = {**membership, **joined}
        found: dict[str, str] = {}
        for name in sorted(set(neighbours) - set(placed)):
            pull: defaultdict[str, float] = defaultdict(float)
            for neighbour, weight in neighbours[name].items():
                if neighbour in placed:
                    pull[placed[neighbour]] += weight
            if pull:
                found[name] = min(pull, key=lambda cluster: (-pull[cluster], cluster))
        if not found:
            return joined
        joined |= found


def _named(
    membership: Mapping[str, str], units: Mapping[str, Unit], weights: Mapping[Pair, float]
) -> tuple[Candidate, ...]:
    """Each cluster is called like its dominant unit: the one with most tables, then most weight inside."""
    inside: defaultdict[str, float] = defaultdict(float)
    for (a, b), weight in weights.items():
        if membership.get(a) == membership.get(b):
            inside[a] += weight
            inside[b] += weight
    clusters: defaultdict[str, list[Unit]] = defaultdict(list)
    for name, cluster in membership.items():
        clusters[cluster].append(units[name])
    taken: set[str] = set()
    found = []
    for members in sorted(clusters.values(), key=lambda m: (-sum(unit.tables for unit in m), m[0].name)):
        ordered = sorted(members, key=lambda u: (not u.tables, _rank(u, inside), u.name))
        found.append(Candidate(_free_name(ordered[0], taken), tuple(ordered)))
    return tuple(sorted(found, key=lambda candidate: candidate.name))


def _rank(unit: Unit, inside: Mapping[str, float]) -> float:
    return -inside.get(unit.name, 0.0) * (1 + unit.tables)


def _free_name(unit: Unit, taken: set[str]) -> str:
    last = unit.name.rpartition(".")[2] if unit.is_piece or not unit.app else unit.name
    short = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).lower()
    whole = unit.name.lower()
    numbered = (f"{whole}_{number}" for number in count(2))
    names = (re.sub(r"\W", "_", name) for name in chain((short, f"{unit.app}_{short}", whole), numbered))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name
