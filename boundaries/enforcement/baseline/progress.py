"""How does the baseline burn down, from one context to another?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.enforcement.baseline.entry import Baseline
from boundaries.enforcement.coupling import Coupling


@dataclass(frozen=True)
class Progress:
    """The violations of one pair of contexts: how many were accepted, are gone since, and are new.

    `added` of the new ones were accepted by this run.
    """

    source_context: str
    target_context: str
    accepted: int
    gone: int
    new: int
    added: int = 0

    @property
    def left(self) -> int:
        """How many accepted violations are still found, those of this run included."""
        return self.accepted - self.gone + self.added

    def as_dict(self) -> dict[str, Any]:
        """One pair of the published JSON."""
        return {
            "from": self.source_context,
            "to": self.target_context,
            "accepted": self.accepted,
            "gone": self.gone,
            "new": self.new,
            "added": self.added,
            "left": self.left,
        }


def progress_of(
    violations: Sequence[Coupling], baseline: Baseline, *, is_accepting: bool = False
) -> tuple[Progress, ...]:
    """One line per pair of contexts that has, or had, a violation, sorted; `baseline` is that before the run."""
    marked, stale = baseline.mark(violations)
    accepted: Counter[tuple[str, str]] = Counter()
    gone: Counter[tuple[str, str]] = Counter()
    for entry in baseline.entries:
        accepted[entry.source_context, entry.target_context] += entry.count
    for entry in stale:
        gone[entry.source_context, entry.target_context] += entry.count
    new = Counter((v.source_context, v.target_context) for v in marked if not v.baselined)
    return tuple(
        Progress(
            *pair,
            accepted=accepted[pair],
            gone=gone[pair],
            new=new[pair],
            added=new[pair] if is_accepting else 0,
        )
        for pair in sorted({*accepted, *new})
    )
