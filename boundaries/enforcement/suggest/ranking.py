"""How ready is a context to leave? A score in which every lost point has its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from boundaries.enforcement.suggest.evidence import Evidence

_CONSTRAINTS = ("constraint", "inheritance")
_QUERIES = ("relation", "lookup", "reverse", "generic", "sql", "get_model", "signal")
_CODE = ("import", "task", "template", "url", "setting")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that makes leaving hard, named for one and for many.

    It costs up to `most` points: half of them at the figure `half`, three quarters at three times as much, and so
    on; a share (`half` is 0) costs its part of them. None as figure means that it was not measured.
    """

    key: str
    one: str
    many: str
    most: int
    half: float
    figure: Callable[[Evidence], float | None]
    kinds: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share of 1."""
        return not self.half

    def cost(self, figure: float) -> float:
        """The points that a figure costs."""
        return self.most * (figure / (figure + self.half) if self.half else figure)


CRITERIA = (
    Criterion("constraints", "constraint or base class to take apart", "constraints and base classes to take apart",
              25, 5, lambda e: e.cut(_CONSTRAINTS), _CONSTRAINTS),
    Criterion("queries", "query or relation across", "queries and relations across",
              20, 10, lambda e: e.cut(_QUERIES), _QUERIES),
    Criterion("code", "import or name used across", "imports and names used across",
              15, 25, lambda e: e.cut(_CODE), _CODE),
    Criterion("transactions", "place that writes another context in the same transaction",
              "places that write another context in the same transaction", 15, 2, lambda e: e.transactions),
    Criterion("callers", "caller over the network", "callers over the network",
              15, 5, lambda e: len(e.callers)),
    Criterion("holders", "context holds its keys in rows", "contexts hold its keys in rows",
              20, 4, lambda e: len(e.holders)),
    Criterion("dependencies", "context to call over the network", "contexts to call over the network",
              10, 5, lambda e: len(e.called)),
    Criterion("events", "context to exchange events with", "contexts to exchange events with",
              5, 5, lambda e: len(e.correspondents)),
    Criterion("cohesion", "of its couplings lead outside", "of its couplings lead outside",
              10, 0, lambda e: 1 - e.cohesion),
    Criterion("churn", "of its commits changed another context too", "of its commits changed another context too",
              10, 0, lambda e: e.churn),
    Criterion("data", "million rows to move", "million rows to move",
              5, 20, lambda e: None if e.rows is None else e.rows / 1_000_000),
    Criterion("preparation", "thing that the map does not say of it", "things that the map does not say of it",
              10, 2, lambda e: None if e.missing is None else len(e.missing)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """What one criterion costs one context; `lost` is None where it was not measured."""

    criterion: Criterion
    figure: float | None
    lost: float | None

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of one line."""
        return {
            "criterion": self.criterion.key,
            "title": self.criterion.many,
            "figure": None if self.figure is None else round(self.figure, 3),
            "lost": None if self.lost is None else round(self.lost, 1),
            "of": self.criterion.most,
        }


@dataclass(frozen=True)
class Ranked:
    """One context with its score, from 0 (everything holds it) to 100 (nothing does), and its lines."""

    evidence: Evidence
    lines: tuple[Line, ...]

    @property
    def score(self) -> int:
        """The points left, as a share of those that the measured criteria could cost."""
        measured = [line for line in self.lines if line.lost is not None]
        possible = sum(line.criterion.most for line in measured)
        return round(100 * (1 - sum(line.lost or 0 for line in measured) / possible))

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of one ranked context."""
        evidence = self.evidence
        return {
            "name": evidence.name,
            "readiness": self.score,
            "lines": [line.as_dict() for line in self.lines],
            "tables": list(evidence.tables),
            "rows": evidence.rows,
            "modules": evidence.modules,
            "incoming": dict(sorted(evidence.incoming.items())),
            "outgoing": dict(sorted(evidence.outgoing.items())),
            "door_calls": evidence.door_calls,
            "callers": sorted(evidence.callers),
            "calls": sorted(evidence.called),
            "exchanges_events_with": sorted(evidence.correspondents),
            "key_holders": sorted(evidence.holders),
            "holds_keys_of": sorted(evidence.held),
            "libraries": sorted(evidence.libraries),
            "missing": None if evidence.missing is None else list(evidence.missing),
            "cohesion": round(evidence.cohesion, 3),
            "transactions": evidence.transactions,
            "commits": evidence.commits,
            "churn": None if evidence.churn is None else round(evidence.churn, 3),
        }


def rank(found: Iterable[Evidence]) -> list[Ranked]:
    """The contexts, the readiest first, those without tables last; where two are alike, the one with more tables."""
    ranked = [
        Ranked(evidence, tuple(_line(criterion, evidence) for criterion in CRITERIA)) for evidence in found
    ]
    return sorted(
        ranked, key=lambda r: (not r.evidence.tables, -r.score, -len(r.evidence.tables), r.evidence.name)
    )


def _line(criterion: Criterion, evidence: Evidence) -> Line:
    figure = criterion.figure(evidence)
    return Line(criterion, figure, None if figure is None else criterion.cost(figure))
