"""What does a check find, and does anything have to be read for it?

When no file, no line of the map and nothing of the kit changed since the last run, what that run found holds. Then
the files are hashed and nothing else is done; what reading needs is not even imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.key import result_key
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.text import read_texts

if TYPE_CHECKING:
    from boundaries.enforcement.witness import Witness


class Outcome(msgspec.Struct, frozen=True):
    """The coupling graph, and what rules over the whole project found."""

    graph: CouplingGraph
    findings: tuple[Coupling, ...]


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
    text = read_texts(context_map)
    key = result_key(text, context_map)
    name = "outcome" if use_linter else "outcome without import-linter"
    kept = None if witnesses else cache.result(key, name)
    if kept is not None:
        return msgspec.msgpack.decode(kept, type=Outcome)
    from boundaries.enforcement.findings import find_all
    from boundaries.enforcement.graph import Source, read_source_graph

    source = Source(text, key, cache)
    reading = read_source_graph(context_map, source, use_linter=use_linter, witnesses=witnesses)
    findings = tuple(find_all(reading.graph, reading.analysis, reading.exceptions))
    outcome = Outcome(reading.graph, findings)
    if not witnesses and reading.is_lasting:
        cache.save_results(key, {name: msgspec.msgpack.encode(outcome)})
    return outcome
