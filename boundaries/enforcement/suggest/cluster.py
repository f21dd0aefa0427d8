"""Which nodes of a weighted graph belong together?

Louvain's method (Blondel, Guillaume, Lambiotte, Lefebvre 2008): move nodes while modularity grows, then treat each
cluster as one node and begin again. Nodes are visited in a fixed order and ties go to the first name, so the
same graph always gives the same answer.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

Edges = Mapping[tuple[str, str], float]
Partition = dict[str, str]

# Finer or coarser, from few large clusters to many small ones; 1 is plain modularity.
RESOLUTIONS = (0.25, 0.35, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8, 3.4, 4.0)
_FINER = (6.0, 10.0, 20.0, 50.0)
_ALIKE = 0.9
_MOST_ROUNDS = 50
# So few nodes are never too many for one cluster.
_NO_HEAP = 5


def clusters_of(nodes: Collection[str], edges: Edges, *, wanted: int | None = None) -> Partition:
    """Each node with the first name of its cluster; about `wanted` clusters, or as many as the graph suggests.

    The graph suggests the partition that changes least over the widest range of resolutions, among those whose
    clusters have a sensible size: neither a handful of heaps nor nearly one for each node.
    """
    if wanted is not None:
        return _resized(nodes, edges, wanted)
    return _most_stable([louvain(nodes, edges, resolution=step) for step in RESOLUTIONS], len(nodes))


def louvain(nodes: Collection[str], edges: Edges, *, resolution: float = 1.0) -> Partition:
    """One partition that no single move of a node improves."""
    membership = {node: node for node in sorted(nodes)}
    graph = _Graph(membership, edges)
    while True:
        moved = _move_nodes(graph, resolution)
        if len(set(moved.values())) == len(moved):
            return _named_by_first(membership)
        membership = {node: moved[cluster] for node, cluster in membership.items()}
        graph = graph.merged(moved)


def modularity(partition: Partition, edges: Edges, *, resolution: float = 1.0) -> float:
    """How much more weight lies inside the clusters than chance would put there."""
    total = sum(edges.values())
    if not total:
        return 0.0
    inside = sum(weight for (a, b), weight in edges.items() if partition[a] == partition[b])
    strengths: defaultdict[str, float] = defaultdict(float)
    for (a, b), weight in edges.items():
        strengths[partition[a]] += weight
        strengths[partition[b]] += weight
    return inside / total - resolution * sum((s / (2 * total)) ** 2 for s in strengths.values())


def likeness(first: Mapping[str, str], second: Mapping[str, str]) -> float:
    """The adjusted Rand index of two partitions of the same nodes: 1 alike, about 0 as if by chance."""
    both = Counter((first[node], second[node]) for node in first)
    pairs = sum(map(_pairs, both.values()))
    left = sum(map(_pairs, Counter(first.values()).values()))
    right = sum(map(_pairs, Counter(second[node] for node in first).values()))
    expected = left * right / max(_pairs(len(first)), 1)
    most = (left + right) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


class _Graph:
    """Neighbours, strengths and loops of every node, for quick moves."""

    def __init__(self, nodes: Collection[str], edges: Edges) -> None:
        self.nodes = sorted(nodes)
        self.neighbours: dict[str, dict[str, float]] = {node: {} for node in self.nodes}
        self.strength: dict[str, float] = dict.fromkeys(self.nodes, 0.0)
        self.edges = edges
        for (a, b), weight in sorted(edges.items()):
            self.strength[a] += weight
            self.strength[b] += weight
            if a != b:
                self.neighbours[a][b] = self.neighbours[a].get(b, 0.0) + weight
                self.neighbours[b][a] = self.neighbours[b].get(a, 0.0) + weight
        self.total = sum(self.strength.values())

    def merged(self, clusters: Partition) -> _Graph:
        """The graph in which every cluster is one node; what was inside becomes a loop."""
        edges: defaultdict[tuple[str, str], float] = defaultdict(float)
        for (a, b), weight in self.edges.items():
            first, second = sorted((clusters[a], clusters[b]))
            edges[first, second] += weight
        return _Graph(set(clusters.values()), edges)


def _move_nodes(graph: _Graph, resolution: float) -> Partition:
    cluster = {node: node for node in graph.nodes}
    strength = dict(graph.strength)
    for _ in range(_MOST_ROUNDS):
        has_moved = False
        for node in graph.nodes:
            old = cluster[node]
            strength[old] -= graph.strength[node]
            new = _best_cluster(graph, node, cluster, strength, resolution)
            strength[new] += graph.strength[node]
            cluster[node] = new
            has_moved = has_moved or new != old
        if not has_moved:
            break
    return cluster


def _best_cluster(
    graph: _Graph, node: str, cluster: Partition, strength: Mapping[str, float], resolution: float
) -> str:
    towards: dict[str, float] = {cluster[node]: 0.0}
    for neighbour, weight in graph.neighbours[node].items():
        towards[cluster[neighbour]] = towards.get(cluster[neighbour], 0.0) + weight
    pull = resolution * graph.strength[node] / (graph.total or 1.0)
    best, most = cluster[node], towards[cluster[node]] - pull * strength[cluster[node]]
    for candidate in sorted(towards):
        gain = towards[candidate] - pull * strength[candidate]
        if gain > most + 1e-9:
            best, most = candidate, gain
    return best


def _most_stable(partitions: Sequence[Partition], size: int) -> Partition:
    """The middle of the longest run of partitions that are alike; the run nearest to 1 where runs are equal."""
    runs: list[list[int]] = []
    for number, partition in enumerate(partitions):
        if runs and likeness(partitions[runs[-1][0]], partition) >= _ALIKE:
            runs[-1].append(number)
        else:
            runs.append([number])
    plain = RESOLUTIONS.index(1.0)
    sensible = [run for run in runs if _is_sensible(partitions[run[len(run) // 2]], size)]
    best = max(sensible or runs, key=lambda run: (len(run), -abs(run[len(run) // 2] - plain)))
    return partitions[best[len(best) // 2]]


def _is_sensible(partition: Partition, size: int) -> bool:
    """About the square root of the nodes, give or take a factor of two; none holds two fifths of them."""
    sizes = Counter(partition.values())
    expected = 1.3 * math.sqrt(size)
    return expected / 2 <= len(sizes) <= expected * 2 and max(sizes.values(), default=0) <= max(
        0.4 * size, _NO_HEAP
    )


def _resized(nodes: Collection[str], edges: Edges, wanted: int) -> Partition:
    """The coarsest partition with enough clusters, merged where it costs least until none is too many."""
    for step in (*RESOLUTIONS, *_FINER):
        partition = louvain(nodes, edges, resolution=step)
        if len(set(partition.values())) >= wanted:
            break
    while len(set(partition.values())) > max(wanted, 1):
        first, second = _best_merger(partition, edges)
        partition = {node: first if cluster == second else cluster for node, cluster in partition.items()}
    return _named_by_first(partition)


def _best_merger(partition: Partition, edges: Edges) -> tuple[str, str]:
    merged = _Graph(partition, edges).merged(partition)
    total = merged.total or 1.0

    def gain(pair: tuple[str, str]) -> float:
        a, b = pair
        return merged.neighbours[a].get(b, 0.0) - merged.strength[a] * merged.strength[b] / total

    names = merged.nodes
    return max(((a, b) for i, a in enumerate(names) for b in names[i + 1 :]), key=gain)


def _named_by_first(partition: Partition) -> Partition:
    first: dict[str, str] = {}
    for node in sorted(partition):
        first.setdefault(partition[node], node)
    return {node: first[cluster] for node, cluster in partition.items()}


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
