"""Which violations does the source itself excuse?

`# boundaries: allow BD203 -- the reason`, on the line or alone on the line above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from boundaries.contexts.reading import nearest_spelling
from boundaries.enforcement.source.facts import AllowFact
from boundaries.enforcement.source.reader import ProjectFacts


@dataclass(frozen=True)
class Fault:
    """What is wrong with one allow comment, and where it stands."""

    path: str
    line: int
    what: str


class Exceptions:
    """The allow comments of a project, and which of them were needed."""

    def __init__(self, comments: Iterable[tuple[str, AllowFact]] = ()) -> None:
        self._comments = [(path, fact) for path, fact in comments]
        self._covering: dict[tuple[str, int], list[tuple[str, AllowFact]]] = {}
        self._used: set[tuple[str, int, str]] = set()
        for path, fact in self._comments:
            for line in fact.covers:
                self._covering.setdefault((path, line), []).append((path, fact))

    @classmethod
    def of(cls, facts: ProjectFacts) -> Exceptions:
        """Collect the comments."""
        return cls((file.relative, fact) for file, said in facts.files for fact in said.allows)

    def excuses(self, path: str, line: int, code: str) -> bool:
        """Whether a comment with a reason covers that rule on that line; remembers that it was of use."""
        meant = [fact for _, fact in self._covering.get((path, line), ()) if code in fact.codes]
        self._used.update((path, fact.line, code) for fact in meant)
        return any(fact.reason for fact in meant)

    def faults(self, known_codes: Iterable[str]) -> list[Fault]:
        """What is wrong with comments: no rule, one that does not exist, no reason, nothing to excuse."""
        known = frozenset(known_codes)
        return [
            Fault(path, fact.line, what)
            for path, fact in sorted(self._comments, key=lambda comment: (comment[0], comment[1].line))
            for what in self._faults_of(path, fact, known)
        ]

    def _faults_of(self, path: str, fact: AllowFact, known: frozenset[str]) -> list[str]:
        if not fact.codes:
            return ["allow: it names no rule; write the code, then `--` and the reason"]
        faults = []
        for code in fact.codes:
            if code not in known:
                faults.append(f"allow {code}: there is no such rule; {nearest_spelling(code, known)}?")
            elif not fact.reason:
                faults.append(f"allow {code}: no reason is given")
            elif (path, fact.line, code) not in self._used:
                faults.append(f"allow {code}: nothing that it covers breaks it")
        return faults
