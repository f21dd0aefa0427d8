"""What does one module of the guard find?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import ContextMap


@dataclass(frozen=True, slots=True)
class Hit:
    """One tie between two deployables: where it stands, between whom, and what it is."""

    code: str
    path: Path
    line: int
    source_context: str
    target_context: str
    source: str
    target: str


def declared(code: str, context_map: ContextMap, context: str, *, other: str, target: str) -> Hit:
    """A tie that the map itself declares, at the place of the context."""
    found = context_map.context(context)
    return Hit(code, found.path, found.line, context, other, f"contexts:{context}", target)
