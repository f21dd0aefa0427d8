"""Which violations were accepted once, so that only new ones fail?

The file is JSON with one entry per line, sorted, so that two branches rarely meet on a line. An entry knows a
violation by rule, kind, contexts, symbols and count; it holds no line number.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boundaries.enforcement.coupling import Coupling
from boundaries.errors import BoundaryError

Identity = tuple[str, str, str, str, str, str]
_SCHEMA = 1


class BaselineUnreadable(BoundaryError):
    """Raised when the baseline file is not what `--update-baseline` writes."""

    code = "BD292"
    problem = "{path} cannot be read as a baseline: {reason}."
    remedy = "Take it from version control, or delete it and accept again with `--accept-new REASON`."


class ReasonMissing(BoundaryError):
    """Raised when violations are to be accepted without saying why."""

    code = "BD293"
    problem = "--accept-new wants a reason."
    remedy = 'For example: --accept-new "adopted with 214 known violations, see ADR 7".'


@dataclass(frozen=True)
class Entry:
    """One accepted violation, `count` times."""

    rule: str
    kind: str
    source_context: str
    target_context: str
    source: str
    target: str
    count: int
    reason: str = ""

    @property
    def identity(self) -> Identity:
        """What it is matched by."""
        return (self.rule, self.kind, self.source_context, self.target_context, self.source, self.target)

    def as_dict(self) -> dict[str, Any]:
        """One line of the file."""
        return {
            "rule": self.rule,
            "kind": self.kind,
            "from": self.source_context,
            "to": self.target_context,
            "source": self.source,
            "target": self.target,
            "count": self.count,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Baseline:
    """All accepted violations."""

    entries: tuple[Entry, ...] = ()

    def mark(self, violations: Iterable[Coupling]) -> tuple[list[Coupling], list[Entry]]:
        """The violations, each marked as baselined or not, and what is stale: accepted, and found no more."""
        left = Counter({entry.identity: entry.count for entry in self.entries})
        marked = []
        for violation in violations:
            known = left[violation.identity] > 0
            left[violation.identity] -= known
            marked.append(replace(violation, baselined=known))
        stale = [replace(e, count=left[e.identity]) for e in self.entries if left[e.identity] > 0]
        return marked, stale

    def updated(self, violations: Iterable[Coupling], *, reason: str | None) -> Baseline:
        """What is accepted and still found; with a reason, everything that is found."""
        found = Counter(violation.identity for violation in violations)
        accepted = {entry.identity: entry for entry in self.entries}
        entries = []
        for identity, count in found.items():
            known = accepted.get(identity)
            if reason is not None and (known is None or count > known.count):
                entries.append(Entry(*identity, count=count, reason=reason))
            elif known is not None:
                entries.append(replace(known, count=min(count, known.count)))
        return Baseline(tuple(sorted(entries, key=lambda entry: entry.identity)))


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file; empty when there is none.

    :raises BaselineUnreadable: when the file is something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Baseline()
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineUnreadable(path=str(path), reason=str(error)) from None
    try:
        stored = json.loads(text)
        if stored["schema"] != _SCHEMA:
            raise BaselineUnreadable(
                path=str(path), reason=f"its schema is {stored['schema']}, not {_SCHEMA}"
            )
        return Baseline(tuple(_read_entry(entry) for entry in stored["accepted"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise BaselineUnreadable(path=str(path), reason=reason) from None


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file; an empty baseline with no file yet writes none."""
    if not baseline.entries and not path.exists():
        return
    lines = ",\n".join(f"    {json.dumps(entry.as_dict(), ensure_ascii=False)}" for entry in baseline.entries)
    accepted = f"[\n{lines}\n  ]" if lines else "[]"
    path.write_text(f'{{\n  "schema": {_SCHEMA},\n  "accepted": {accepted}\n}}\n', encoding="utf-8")


def _read_entry(entry: dict[str, Any]) -> Entry:
    return Entry(
        rule=entry["rule"],
        kind=entry["kind"],
        source_context=entry["from"],
        target_context=entry["to"],
        source=entry["source"],
        target=entry["target"],
        count=int(entry["count"]),
        reason=entry.get("reason", ""),
    )
