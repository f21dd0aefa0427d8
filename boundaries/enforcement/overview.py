"""What does the coupling graph look like from far away: contexts, and one edge for each pair?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.coupling import SCHEMA, Coupling, CouplingGraph


@dataclass(frozen=True)
class Edge:
    """All couplings from one context to another, counted by kind."""

    source: str
    target: str
    counts: tuple[tuple[str, int], ...]
    violations: int


def edges_of(couplings: Iterable[Coupling]) -> list[Edge]:
    """One edge for each pair of contexts that are coupled, sorted."""
    pairs: dict[tuple[str, str], list[Coupling]] = {}
    for coupling in couplings:
        pairs.setdefault((coupling.source_context, coupling.target_context), []).append(coupling)
    return [
        Edge(
            source=source,
            target=target,
            counts=tuple(sorted(Counter(c.kind for c in found).items())),
            violations=sum(not c.allowed for c in found),
        )
        for (source, target), found in sorted(pairs.items())
    ]


def overview_as_dict(context_map: ContextMap, graph: CouplingGraph) -> dict[str, Any]:
    """The published JSON of the map: contexts and edges."""
    return {
        "schema": SCHEMA,
        "contexts": [
            {
                "name": context.name,
                "owner": context.owner,
                "state": context.state,
                "mode": context.mode,
                "shared": context.shared,
                "packages": list(context.packages),
                "calls": None if context.calls is None else list(context.calls),
                "listens_to": list(context.listens_to),
            }
            for context in context_map.contexts.values()
        ],
        "edges": [
            {"source": e.source, "target": e.target, "kinds": dict(e.counts), "violations": e.violations}
            for e in edges_of(graph.couplings)
        ],
        "unresolved": dict(sorted(graph.unresolved.items())),
    }
