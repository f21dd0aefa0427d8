"""What does a check find, and does anything have to be read for it?

When no file, no line of the map and nothing of the kit changed since the last run, what that run found holds. Whether
a file changed, its age tells; where ages have changed, the files are hashed. Nothing else is done then; what reading
needs is not even imported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.collector import without_collector
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.key import result_key
from boundaries.enforcement.source.age import ages_of
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.text import SourceText, find_texts, read_texts
from boundaries.enforcement.source.tree import walk_sources

if TYPE_CHECKING:
    from boundaries.enforcement.witness import Witness

_row_of = attrgetter(*(field.name for field in fields(Coupling)))


@dataclass(frozen=True)
class Outcome:
    """The coupling graph, and what rules over the whole project found."""

    graph: CouplingGraph
    findings: tuple[Coupling, ...]

    def encode(self) -> bytes:
        """As bytes to keep, without what witnesses said."""
        graph = self.graph
        couplings, findings = (list(map(_row_of, found)) for found in (graph.couplings, self.findings))
        return json.dumps([couplings, findings, graph.unresolved, graph.notices]).encode()

    @classmethod
    def decode(cls, kept: bytes) -> Outcome:
        """The outcome that was encoded."""
        couplings, findings, unresolved, notices = json.loads(kept)
        graph = CouplingGraph(_couplings(couplings), unresolved, tuple(notices))
        return cls(graph, _couplings(findings))


@without_collector()
def find_outcome(
    context_map: ContextMap,
    *,
    cache_folder: Path | None = None,
    use_linter: bool = True,
    witnesses: Sequence[Witness] = (),
) -> Outcome:
    """Take the last run's outcome if it still holds; else read the source, judge it, and keep the outcome.

    What witnesses say is not kept: nobody knows what it depends on.
    """
    cache = Cache(cache_folder, context_map.root)
    name = "outcome" if use_linter else "outcome-alone"
    read = partial(_read, context_map, cache, name, use_linter=use_linter, witnesses=witnesses)
    if witnesses or not cache.is_kept:
        return read(read_texts(context_map) if cache.is_kept else find_texts(context_map))
    entries = list(walk_sources(context_map))
    ages = ages_of(entries)
    by_age = result_key(ages.digest, context_map)
    key = cache.result(by_age, "ages")
    if key is not None and (kept := cache.result(key.decode(), name)) is not None:
        return Outcome.decode(kept)
    text = read_texts(context_map, entries=entries)
    kept = cache.result(result_key(text.digest, context_map), name)
    outcome = read(text) if kept is None else Outcome.decode(kept)
    if ages.are_settled:
        cache.save_result(by_age, "ages", result_key(text.digest, context_map).encode())
    return outcome


def _read(
    context_map: ContextMap,
    cache: Cache,
    name: str,
    text: SourceText,
    *,
    use_linter: bool,
    witnesses: Sequence[Witness],
) -> Outcome:
    """Read the source, judge it, and keep the outcome, unless somebody else was asked."""
    from boundaries.enforcement.findings import find_all
    from boundaries.enforcement.graph import Source, read_source_graph

    source = Source(text, result_key(text.digest, context_map), cache)
    reading = read_source_graph(context_map, source, use_linter=use_linter, witnesses=witnesses)
    findings = tuple(find_all(reading.graph, reading.analysis, reading.exceptions))
    outcome = Outcome(reading.graph, findings)
    if reading.is_lasting and not witnesses:
        cache.save_result(source.key, name, outcome.encode())
    return outcome


def _couplings(rows: Sequence[Sequence[object]]) -> tuple[Coupling, ...]:
    return tuple(Coupling(*row) for row in rows)  # type: ignore[arg-type]
