"""Which ties between deployables break a rule?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.landscape import calls, data, mirror, namespace, release, startup
from boundaries.enforcement.landscape.deployable import read_landscape
from boundaries.enforcement.landscape.hit import Hit
from boundaries.enforcement.rules import rule_of, severity_of


def find_ties(context_map: ContextMap) -> Iterator[Coupling]:
    """One finding per tie, of kind `service`; a rule that only warns leaves it allowed, one that is off finds nothing.

    :raises BoundaryError: when a service's own map is wrong.
    """
    landscape = read_landscape(context_map)
    if not landscape.services:
        return
    finders = (data, calls, release, namespace, mirror, startup)
    for hit in chain.from_iterable(finder.find(landscape) for finder in finders):
        severity = severity_of(rule_of(hit.code), hit.source_context, context_map)
        if severity != "off":
            yield _finding(hit, context_map.shown(hit.path), is_allowed=severity == "warning")


def _finding(hit: Hit, path: str, *, is_allowed: bool) -> Coupling:
    return Coupling(
        kind="service",
        path=path,
        line=hit.line,
        column=1,
        source_context=hit.source_context,
        target_context=hit.target_context,
        source=hit.source,
        target=hit.target,
        allowed=is_allowed,
        rule=hit.code,
    )
