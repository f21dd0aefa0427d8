"""What does the coupling graph look like from far away: contexts with their sizes, and one edge for each pair?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.check import baselined_reading
from boundaries.enforcement.coupling import SCHEMA, Coupling
from boundaries.enforcement.kinds import Analysis
from boundaries.enforcement.witness import Witness

Status = Literal["violation", "baselined", "counted", "allowed"]

# From the gravest to what is as it should be.
STATUSES: tuple[Status, ...] = ("violation", "baselined", "counted", "allowed")


def status_of(coupling: Coupling) -> Status:
    """Whether a coupling fails a check, is accepted by the baseline, breaks a rule that only counts, or none."""
    if not coupling.allowed:
        return "baselined" if coupling.baselined else "violation"
    return "counted" if coupling.rule else "allowed"


@dataclass(frozen=True)
class Edge:
    """All couplings from one context to another."""

    source: str
    target: str
    couplings: tuple[Coupling, ...]

    @cached_property
    def tallies(self) -> tuple[tuple[str, Mapping[Status, int]], ...]:
        """How many couplings there are of each kind, by status; sorted by kind."""
        found: dict[str, Counter[Status]] = {}
        for coupling in self.couplings:
            found.setdefault(coupling.kind, Counter())[status_of(coupling)] += 1
        return tuple(sorted(found.items()))

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many couplings there are of each kind."""
        return tuple((kind, sum(tally.values())) for kind, tally in self.tallies)

    @property
    def violations(self) -> int:
        """How many break a rule, baselined or not."""
        return self.count("violation") + self.count("baselined")

    def count(self, status: Status) -> int:
        """How many have this status."""
        return sum(tally.get(status, 0) for _, tally in self.tallies)


@dataclass(frozen=True)
class Size:
    """How big a context is: concrete models, and modules without tests and migrations."""

    models: int = 0
    modules: int = 0


@dataclass(frozen=True)
class Overview:
    """The contexts in the map's order, how big each is, and what couples them, sorted."""

    project: str
    contexts: tuple[Context, ...]
    sizes: Mapping[str, Size]
    edges: tuple[Edge, ...]
    unresolved: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of the map: contexts and edges."""
        return {
            "schema": SCHEMA,
            "contexts": [self._context_as_dict(context) for context in self.contexts],
            "edges": [
                {
                    "source": edge.source,
                    "target": edge.target,
                    "kinds": dict(edge.counts),
                    "violations": edge.violations,
                }
                for edge in self.edges
            ],
            "unresolved": dict(sorted(self.unresolved.items())),
        }

    def _context_as_dict(self, context: Context) -> dict[str, Any]:
        return {
            "name": context.name,
            "owner": context.owner,
            "state": context.state,
            "mode": context.mode,
            "shared": context.shared,
            "packages": list(context.packages),
            "calls": None if context.calls is None else list(context.calls),
            "listens_to": list(context.listens_to),
            "models": self.sizes[context.name].models,
            "modules": self.sizes[context.name].modules,
        }


def look_over(
    context_map: ContextMap, *, cache_folder: Path | None = None, witnesses: Sequence[Witness] = ()
) -> Overview:
    """Read the source, ask the witnesses, and see the whole from afar."""
    reading = baselined_reading(context_map, cache_folder=cache_folder, witnesses=witnesses)
    return Overview(
        project=_project_name(context_map),
        contexts=tuple(context_map.contexts.values()),
        sizes=measure_sizes(reading.analysis),
        edges=tuple(edges_of(reading.graph.couplings)),
        unresolved=reading.graph.unresolved,
    )


def edges_of(couplings: Iterable[Coupling]) -> list[Edge]:
    """One edge for each pair of contexts that are coupled, sorted."""
    pairs: dict[tuple[str, str], list[Coupling]] = {}
    for coupling in couplings:
        pairs.setdefault((coupling.source_context, coupling.target_context), []).append(coupling)
    return [Edge(source, target, tuple(found)) for (source, target), found in sorted(pairs.items())]


def measure_sizes(analysis: Analysis) -> dict[str, Size]:
    """The size of each context."""
    modules = Counter(owner for file, _, owner in analysis.owned_files() if file.purpose == "code")
    models = Counter(model.context for model in analysis.models.all() if not model.fact.abstract)
    return {name: Size(models[name], modules[name]) for name in analysis.context_map.contexts}


def _project_name(context_map: ContextMap) -> str:
    """The folder of the map: where a checkout lies says nothing, what it is called does."""
    return context_map.path.resolve().parent.name or "project"
