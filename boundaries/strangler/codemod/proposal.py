"""What would a codemod rewrite, and what does it leave to people?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boundaries.strangler.codemod.ground import Identity
from boundaries.strangler.codemod.text import Edit


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits that belong together, by path; the violations that are gone afterwards; the fields that then differ.

    `fields` are (app label, model, field): a migration alters them. `unneeded` are names that `path` may import no
    longer; `notes` are what is left to do elsewhere.
    """

    path: str
    line: int
    what: str
    edits: Mapping[str, tuple[Edit, ...]]
    mends: tuple[Identity, ...] = ()
    fields: tuple[tuple[str, str, str], ...] = ()
    unneeded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"path": self.path, "line": self.line, "what": self.what, "files": sorted(self.edits)}


@dataclass(frozen=True, slots=True, order=True)
class ByHand:
    """One place that is not rewritten: why not, and what to do; or (`is_use`) one that stands in another's way."""

    path: str
    line: int
    what: str
    suggestion: str
    is_use: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"path": self.path, "line": self.line, "what": self.what, "suggestion": self.suggestion}


@dataclass(slots=True)
class Proposal:
    """All that one codemod found."""

    rewrites: list[Rewrite] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
