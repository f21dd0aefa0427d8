"""What does the rest of the kit, or a user's own script, ask the lint for?"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.check import CheckResult, baselined_graph, run_check
from boundaries.enforcement.coupling import KINDS, Coupling, CouplingGraph
from boundaries.enforcement.kinds.link import Analysis
from boundaries.enforcement.source.reader import read_project

__all__ = [
    "KINDS", "Analysis", "CheckResult", "Coupling", "CouplingGraph", "analysis", "coupling_graph", "couplings", "run_check",
]  # fmt: skip


def couplings(
    context_map: ContextMap, *, kinds: Collection[str] | None = None, cache_folder: Path | None = None
) -> list[Coupling]:
    """Every coupling between two contexts, allowed or not, sorted by path and line; or only some kinds.

    Reads the source again; keep the answer rather than ask twice.
    """
    found = coupling_graph(context_map, cache_folder=cache_folder).couplings
    return [coupling for coupling in found if kinds is None or coupling.kind in kinds]


def coupling_graph(
    context_map: ContextMap, *, cache_folder: Path | None = None, record: Path | None = None
) -> CouplingGraph:
    """The couplings together with what could not be resolved, and notices for people.

    `record` is what the runtime recorder wrote: what only running code shows is added.

    :raises boundaries.enforcement.recorder.recording.RecordUnreadable: when it is none.
    """
    if record is None:
        return baselined_graph(context_map, cache_folder=cache_folder)
    from boundaries.enforcement.recorder.testimony import record_witness

    return baselined_graph(context_map, cache_folder=cache_folder, witnesses=[record_witness(record)])


def analysis(context_map: ContextMap, *, cache_folder: Path | None = None) -> Analysis:
    """What the source says of every module, app and model, without the couplings."""
    return Analysis.of(context_map, read_project(context_map, cache_folder=cache_folder))
