"""Are clusters found, always the same ones?"""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from boundaries.enforcement.suggest.cluster import clusters_of, likeness, louvain, modularity

CLIQUES = [[f"{name}{number}" for number in range(5)] for name in "abcdef"]
NODES = [node for clique in CLIQUES for node in clique]
TRUTH = {node: clique[0] for clique in CLIQUES for node in clique}
RING = {
    tuple(sorted((left[0], right[1]))): 1.0
    for left, right in zip(CLIQUES, [*CLIQUES[1:], CLIQUES[0]], strict=True)
}
EDGES = {pair: 1.0 for clique in CLIQUES for pair in combinations(clique, 2)} | RING


class TestLouvain:
    def test_finds_cliques_in_a_ring(self) -> None:
        assert louvain(NODES, EDGES) == TRUTH

    def test_leaves_no_node_that_would_be_better_off_elsewhere(self) -> None:
        chance = random.Random(3)
        edges = {pair: chance.random() for pair in combinations(NODES, 2) if chance.random() < 0.2}
        found = louvain(NODES, edges)
        reached = modularity(found, edges)

        for node in NODES:
            for cluster in set(found.values()):
                assert modularity({**found, node: cluster}, edges) <= reached + 0.02

    def test_keeps_a_node_without_edges_alone(self) -> None:
        assert louvain([*NODES, "hermit"], EDGES)["hermit"] == "hermit"

    def test_of_nothing_is_nothing(self) -> None:
        assert louvain([], {}) == {}


class TestClusters:
    def test_are_the_same_whatever_the_order_of_nodes_and_edges(self) -> None:
        chance = random.Random(1)
        nodes, edges = NODES[:], list(EDGES.items())
        chance.shuffle(nodes)
        chance.shuffle(edges)

        assert clusters_of(nodes, dict(edges)) == clusters_of(NODES, EDGES)

    def test_have_the_number_that_the_graph_suggests(self) -> None:
        assert clusters_of(NODES, EDGES) == TRUTH

    @pytest.mark.parametrize("wanted", [1, 2, 3, 6, 12])
    def test_can_be_as_many_as_somebody_wants(self, wanted: int) -> None:
        assert len(set(clusters_of(NODES, EDGES, wanted=wanted).values())) == wanted


class TestLikeness:
    def test_is_one_for_the_same_partition_under_other_names(self) -> None:
        assert likeness(TRUTH, {node: cluster.upper() for node, cluster in TRUTH.items()}) == 1

    def test_is_the_published_value(self) -> None:
        # Two of six nodes moved; the value is that of scikit-learn's adjusted_rand_score.
        first = dict(zip("uvwxyz", "000111", strict=True))
        second = dict(zip("uvwxyz", "001122", strict=True))

        assert likeness(first, second) == pytest.approx(0.24242424)

    def test_is_about_nothing_for_chance(self) -> None:
        chance = random.Random(5)
        nodes = [str(number) for number in range(400)]

        assert (
            abs(
                likeness({n: chance.choice("abcd") for n in nodes}, {n: chance.choice("abcd") for n in nodes})
            )
            < 0.02
        )
