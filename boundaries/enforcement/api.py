"""What does the rest of the kit, or a user's own script, ask the lint for?"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.check import CheckResult, baselined_graph, run_check
from boundaries.enforcement.coupling import KINDS, Coupling, CouplingGraph

__all__ = ["KINDS", "CheckResult", "Coupling", "CouplingGraph", "coupling_graph", "couplings", "run_check"]


def couplings(
    context_map: ContextMap, *, kinds: Collection[str] | None = None, cache_folder: Path | None = None
) -> list[Coupling]:
    """Every coupling between two contexts, allowed or not, sorted by path and line; or only some kinds.

    Reads the source again; keep the answer rather than ask twice.
    """
    found = coupling_graph(context_map, cache_folder=cache_folder).couplings
    return [coupling for coupling in found if kinds is None or coupling.kind in kinds]


def coupling_graph(context_map: ContextMap, *, cache_folder: Path | None = None) -> CouplingGraph:
    """The couplings together with what could not be resolved, and notices for people."""
    return baselined_graph(context_map, cache_folder=cache_folder)
