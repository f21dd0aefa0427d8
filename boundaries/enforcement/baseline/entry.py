"""What is one accepted violation, and which of those that are found does a baseline know?

An entry knows a violation by rule, kind, contexts, symbols and count; it holds no line number, so that moving
code changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from boundaries.enforcement.coupling import Coupling

Identity = tuple[str, str, str, str, str, str]
_WITNESSED = frozenset({"exact", "runtime"})


@dataclass(frozen=True)
class Entry:
    """One accepted violation, `count` times. `evidence` names the witness that saw it, where the source alone
    does not show it.
    """

    rule: str
    kind: str
    source_context: str
    target_context: str
    source: str
    target: str
    count: int
    reason: str = ""
    evidence: str = ""

    @property
    def identity(self) -> Identity:
        """What it is matched by."""
        return (self.rule, self.kind, self.source_context, self.target_context, self.source, self.target)

    @property
    def sort_key(self) -> Identity:
        """Its place in the file: two teams that work on two pairs of contexts seldom meet on a line."""
        return (self.source_context, self.target_context, self.rule, self.kind, self.source, self.target)

    def as_dict(self) -> dict[str, Any]:
        """One line of the file."""
        return {
            "from": self.source_context,
            "to": self.target_context,
            "rule": self.rule,
            "kind": self.kind,
            "source": self.source,
            "target": self.target,
            "count": self.count,
            "reason": self.reason,
            **({"evidence": self.evidence} if self.evidence else {}),
        }


@dataclass(frozen=True)
class Baseline:
    """All accepted violations, sorted, each identity once."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Baseline:
        """A baseline of these entries. Of two for one violation, as a merge of branches may leave them, the
        larger count holds: nothing is forgiven that no branch had accepted.
        """
        chosen: dict[Identity, Entry] = {}
        for entry in entries:
            known = chosen.get(entry.identity)
            if known is None or entry.count > known.count:
                chosen[entry.identity] = entry
        return cls(tuple(sorted(chosen.values(), key=lambda entry: entry.sort_key)))

    def mark(self, violations: Sequence[Coupling]) -> tuple[list[Coupling], list[Entry]]:
        """The violations, each marked as baselined or not, and what is stale: accepted, and found no more.

        What only a witness sees is not stale where none of its kind was heard.
        """
        left = Counter({entry.identity: entry.count for entry in self.entries})
        marked = []
        for violation in violations:
            known = left[violation.identity] > 0
            left[violation.identity] -= known
            marked.append(replace(violation, baselined=known))
        stale = [replace(e, count=left[e.identity]) for e in self._heard(violations) if left[e.identity] > 0]
        return marked, stale

    def updated(self, violations: Sequence[Coupling], *, reason: str | None) -> Baseline:
        """What is accepted and still found; with a reason, everything that is found."""
        found = Counter(violation.identity for violation in violations)
        witnesses = {v.identity: v.evidence for v in violations if v.evidence in _WITNESSED}
        accepted = {entry.identity: entry for entry in self.entries}
        heard = self._heard(violations)
        entries = [entry for entry in self.entries if entry not in heard and entry.identity not in found]
        for identity, count in found.items():
            known = accepted.get(identity)
            if known is None:
                witness = witnesses.get(identity, "")
                new = Entry(*identity, count=count, reason=reason or "", evidence=witness)
                entries += [new] if reason is not None else []
            elif reason is not None and count > known.count:
                entries.append(replace(known, count=count, reason=_joined(known.reason, reason)))
            else:
                entries.append(replace(known, count=min(count, known.count)))
        return Baseline.of(entries)

    def _heard(self, violations: Sequence[Coupling]) -> list[Entry]:
        """The entries that this run could have found again."""
        heard = {"", *(violation.evidence for violation in violations)}
        return [entry for entry in self.entries if entry.evidence in heard]


def _joined(first: str, second: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, [*first.split("; "), second])))
