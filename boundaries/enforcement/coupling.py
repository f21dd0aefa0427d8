"""What is one coupling between two contexts, and what does a tool read about it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = 1

KINDS = (
    "import", "relation", "inheritance", "generic", "lookup", "reverse", "get_model", "signal", "task", "sql",
    "migration", "url", "template", "setting", "transaction",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coupling:
    """One place in one context that depends on something in another.

    `path` is relative to the root; `line` and `column` are 1-based. `source` is `module:qualname`; what
    `target` is depends on the kind: a dotted module for an import, `app_label.Model` for what points at a
    model. `rule` names the rule that it breaks; it is `allowed` all the same where that rule only counts, or
    where the context is still open. `detail` is for people's eyes and no part of the JSON.
    """

    kind: str
    path: str
    line: int
    column: int
    source_context: str
    target_context: str
    source: str
    target: str
    allowed: bool = True
    rule: str | None = None
    baselined: bool = False
    evidence: str = "static"
    detail: str = ""

    @property
    def module(self) -> str:
        """The dotted module of the source."""
        return self.source.partition(":")[0]

    @property
    def identity(self) -> tuple[str, str, str, str, str, str]:
        """What a baseline knows it by: no line numbers, so that moving code changes nothing."""
        return (
            self.rule or "",
            self.kind,
            self.source_context,
            self.target_context,
            self.source,
            self.target,
        )

    @property
    def sort_key(self) -> tuple[str, int, str, int, str, str]:
        """The order of every report: path, line, kind; then what makes it the same on every run."""
        return (self.path, self.line, self.kind, self.column, self.target, self.source)

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of one coupling."""
        return {
            "kind": self.kind,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "source_context": self.source_context,
            "target_context": self.target_context,
            "source": self.source,
            "target": self.target,
            "allowed": self.allowed,
            "rule": self.rule,
            "baselined": self.baselined,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One coupling that the source and another witness see differently.

    `known_to` is the evidence that has it: `static`, `exact` or `runtime`; `reason` says what the other lacks.
    """

    known_to: str
    kind: str
    path: str
    line: int
    source_context: str
    target_context: str
    source: str
    target: str
    reason: str


@dataclass(frozen=True)
class CouplingGraph:
    """All couplings of a project, sorted; how many places of each kind could not be resolved; and what to
    tell. `disagreements` is None when only the source was asked.
    """

    couplings: tuple[Coupling, ...]
    unresolved: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] | None = None

    def as_dict(self, couplings: Iterable[Coupling] | None = None) -> dict[str, Any]:
        """The published JSON of the graph, or of some of its couplings."""
        chosen = self.couplings if couplings is None else couplings
        return {
            "schema": SCHEMA,
            "couplings": [coupling.as_dict() for coupling in chosen],
            "unresolved": dict(sorted(self.unresolved.items())),
            **disagreements_as_dict(self.disagreements),
        }


def disagreements_as_dict(disagreements: Iterable[Disagreement] | None) -> dict[str, Any]:
    """The published JSON of the disagreements; nothing when only the source was asked."""
    return {} if disagreements is None else {"disagreements": [asdict(found) for found in disagreements]}
