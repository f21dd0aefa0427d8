"""Which violations does the source itself excuse?

`# boundaries: allow BD203 -- the reason`, on the line or alone on the line above.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from boundaries.enforcement.source.reader import ProjectFacts


@dataclass
class Exceptions:
    """The allow comments of a project, and which of them were needed."""

    found: dict[tuple[str, int], tuple[tuple[str, ...], str]] = field(default_factory=dict)
    used: set[tuple[str, int, str]] = field(default_factory=set)

    @classmethod
    def of(cls, facts: ProjectFacts) -> Exceptions:
        """Collect the comments."""
        return cls(
            {
                (file.relative, fact.covers): (fact.codes, fact.reason)
                for file, said in facts.files
                for fact in said.allows
            }
        )

    def excuses(self, path: str, line: int, code: str) -> bool:
        """Whether a comment with a reason covers that rule on that line; remembers that it was of use."""
        codes, reason = self.found.get((path, line), ((), ""))
        if code not in codes:
            return False
        self.used.add((path, line, code))
        return bool(reason)

    def faults(self) -> list[tuple[str, int, str, str]]:
        """(path, line, code, what is wrong) of every comment without a reason, or that covers nothing."""
        faults = []
        for (path, line), (codes, reason) in sorted(self.found.items()):
            for code in codes:
                if not reason:
                    faults.append((path, line, code, "no reason is given"))
                elif (path, line, code) not in self.used:
                    faults.append((path, line, code, "nothing on this line breaks it"))
        return faults
