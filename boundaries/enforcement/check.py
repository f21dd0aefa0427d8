"""Is the project as its map says? Everything between the graph and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.baseline import Entry, Progress, progress_of, read_baseline, write_baseline
from boundaries.enforcement.coupling import (
    SCHEMA,
    Coupling,
    CouplingGraph,
    Disagreement,
    disagreements_as_dict,
)
from boundaries.enforcement.outcome import find_outcome
from boundaries.errors import BoundaryError

if TYPE_CHECKING:
    from boundaries.enforcement.graph import Reading
    from boundaries.enforcement.witness import Witness
from boundaries.enforcement.wording import counted


class ReasonMissing(BoundaryError):
    """Raised when violations are to be accepted without saying why."""

    code = "BD293"
    problem = "--accept-new wants a reason."
    remedy = 'For example: --accept-new "adopted with 214 known violations, see ADR 7".'


@dataclass(frozen=True)
class CheckResult:
    """What a check found. `violations` are all, baselined or not; `counted` break a rule and are allowed
    to. `progress` compares, pair by pair, with the baseline as it was before the check, which has written it
    anew if `updates_baseline`.
    """

    root: Path
    violations: tuple[Coupling, ...]
    counted: tuple[Coupling, ...]
    stale: tuple[Entry, ...]
    fails_on_stale: bool
    contexts: int
    couplings: int
    unresolved: Mapping[str, int]
    notices: tuple[str, ...]
    disagreements: tuple[Disagreement, ...] | None = None
    progress: tuple[Progress, ...] = ()
    updates_baseline: bool = False

    @property
    def new(self) -> tuple[Coupling, ...]:
        """The violations that no baseline knows."""
        return tuple(violation for violation in self.violations if not violation.baselined)

    @property
    def is_clean(self) -> bool:
        """Whether the check passes."""
        return not self.new and not (self.fails_on_stale and self.stale)

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of a check; its rows are those of `couplings`."""
        return {
            "schema": SCHEMA,
            "clean": self.is_clean,
            "violations": [violation.as_dict() for violation in self.violations],
            "counted": [coupling.as_dict() for coupling in self.counted],
            "stale": [entry.as_dict() for entry in self.stale],
            "baseline": {
                "updated": self.updates_baseline,
                "progress": [progress.as_dict() for progress in self.progress],
            },
            "unresolved": dict(sorted(self.unresolved.items())),
            "notices": list(self.notices),
            "summary": {
                "contexts": self.contexts,
                "couplings": self.couplings,
                "violations": len(self.violations),
                "new": len(self.new),
                "baselined": len(self.violations) - len(self.new),
                "counted": len(self.counted),
                "stale": len(self.stale),
            },
            **disagreements_as_dict(self.disagreements),
        }


def run_check(
    context_map: ContextMap,
    *,
    cache_folder: Path | None = None,
    fails_on_stale: bool = False,
    update_baseline: bool = False,
    accept_new: str | None = None,
    use_linter: bool = True,
    witnesses: Sequence[Witness] = (),
) -> CheckResult:
    """Check a project against its map and baseline.

    `update_baseline` shrinks the baseline to what is still found; with `accept_new`, a reason, everything
    found is written into it. Both settle a conflict that a merge left in it.

    :raises ReasonMissing: when the reason is empty.
    """
    if accept_new is not None and not accept_new.strip():
        raise ReasonMissing
    outcome = find_outcome(context_map, cache_folder=cache_folder, use_linter=use_linter, witnesses=witnesses)
    graph = outcome.graph
    found = [*graph.couplings, *outcome.findings, *_ties(context_map)]
    violations = sorted((c for c in found if not c.allowed), key=lambda c: c.sort_key)
    updates = update_baseline or accept_new is not None
    before = read_baseline(context_map, settles_conflicts=updates)
    baseline = before.updated(violations, reason=accept_new) if updates else before
    if updates:
        write_baseline(context_map, baseline)
    marked, stale = baseline.mark(violations)
    return CheckResult(
        root=context_map.root,
        violations=tuple(marked),
        counted=tuple(coupling for coupling in found if coupling.allowed and coupling.rule),
        stale=tuple(stale),
        fails_on_stale=fails_on_stale,
        contexts=len(context_map.contexts),
        couplings=len(graph.couplings),
        unresolved=graph.unresolved,
        notices=(*graph.notices, *(_not_accepted(found, context_map) if accept_new else ())),
        disagreements=graph.disagreements,
        progress=progress_of(violations, before, is_accepting=accept_new is not None),
        updates_baseline=updates,
    )


def _ties(context_map: ContextMap) -> Iterable[Coupling]:
    """What ties the services to each other, where there are any."""
    if not any(context.service for context in context_map.contexts.values()):
        return ()
    from boundaries.enforcement.landscape.guard import find_ties

    return find_ties(context_map)


def _not_accepted(found: Sequence[Coupling], context_map: ContextMap) -> list[str]:
    """Tell those who accept everything that open contexts have nothing to accept."""
    is_open = {name: context.mode == "open" for name, context in context_map.contexts.items()}
    broken = Counter(c.source_context for c in found if c.allowed and c.rule and is_open[c.source_context])
    if not broken:
        return []
    counts = f"{counted(broken.total(), 'violation')} of {counted(len(broken), 'open context')}"
    until = 'a context is held to it once `mode = "open"` is gone from the map'
    return [f"{counts} are counted and not in the baseline; {until}"]


def baselined_graph(
    context_map: ContextMap, *, cache_folder: Path | None = None, witnesses: Sequence[Witness] = ()
) -> CouplingGraph:
    """The coupling graph, each violation marked with whether the baseline knows it."""
    graph = find_outcome(context_map, cache_folder=cache_folder, witnesses=witnesses).graph
    return _baselined(graph, context_map)


def baselined_reading(
    context_map: ContextMap, *, cache_folder: Path | None = None, witnesses: Sequence[Witness] = ()
) -> Reading:
    """What was read, its graph marked by the baseline."""
    from boundaries.enforcement.graph import read_graph

    reading = read_graph(context_map, cache_folder=cache_folder, witnesses=witnesses)
    return replace(reading, graph=_baselined(reading.graph, context_map))


def _baselined(graph: CouplingGraph, context_map: ContextMap) -> CouplingGraph:
    marked, _ = read_baseline(context_map).mark([c for c in graph.couplings if not c.allowed])
    allowed = [coupling for coupling in graph.couplings if coupling.allowed]
    ordered = sorted([*marked, *allowed], key=lambda coupling: coupling.sort_key)
    return replace(graph, couplings=tuple(ordered))
