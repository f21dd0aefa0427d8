"""Is what the writers were told true of the rows that are there?

Pure: journals and rows come in, findings go out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.operation import RENUMBERED

Rows = Mapping[str, Mapping[str, Any]]


@dataclass
class Attempt:
    """One transaction that came as far as its COMMIT; `end` is acked, unknown or failed."""

    name: str
    kind: str
    side: str
    register: str
    effects: dict[str, dict[str, Any]]
    ids: dict[str, list[int]]
    is_repeat: bool
    end: str = "unknown"

    @property
    def number(self) -> int:
        """Its place among the operations of its writer."""
        return int(self.name.rpartition("-")[2])


@dataclass
class Books:
    """What one side's database holds: histories by register, stored operations, other rows by table and key."""

    histories: Mapping[str, list[str]]
    operations: set[tuple[str, int]]
    rows: Rows


@dataclass
class Findings:
    """What is wrong, one line each."""

    acknowledged: int = 0
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    keys_twice: list[str] = field(default_factory=list)


def read(path: Path) -> list[Attempt]:
    """The attempts of one writer; one that was killed before it was told anything stays unknown."""
    attempts: list[Attempt] = []
    for line in path.read_text().splitlines():
        try:
            words = json.loads(line)
        except json.JSONDecodeError:
            continue  # the writer was killed within this line
        if "end" in words:
            attempts[-1].end = words["end"]
        else:
            attempts.append(
                Attempt(
                    words["name"], words["kind"], words["side"], words["register"], words["effects"], words["ids"],
                    words["is_done"],
                )
            )  # fmt: skip
    return attempts


def compare(writers: Iterable[list[Attempt]], books: Books) -> Findings:
    """Hold every writer's journal against the owner's books."""
    found = Findings()
    entries = Counter(name for history in books.histories.values() for name in history)
    told: set[str] = set()
    drawn: Counter[str] = Counter()
    expected: dict[tuple[str, str], Any] = {}
    for attempts in writers:
        happened = _operations(attempts, books, entries, found)
        told |= {attempt.name for attempt in attempts}
        expected |= _rows(happened, books.rows, found)
        _order(attempts, books.histories, found)
        drawn.update(
            f"{table} {number}"
            for attempt in happened
            for table, ids in attempt.ids.items()
            for number in ids
        )
    found.doubled += [f"{table} {key}: nobody put it there" for table, key in _extra(books.rows, expected)]
    found.doubled += [f"{name}: nobody wrote it" for name in sorted(entries.keys() - told)]
    found.keys_twice += [key for key, count in drawn.items() if count > 1]
    return found


def _operations(
    attempts: list[Attempt], books: Books, entries: Counter[str], found: Findings
) -> list[Attempt]:
    """Count each operation; those that have happened, in order."""
    by_name: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_name[attempt.name].append(attempt)
    happened: list[Attempt] = []
    for name, tries in by_name.items():
        ends = {attempt.end for attempt in tries}
        writer, _, number = name.rpartition("-")
        is_stored = bool({(writer, int(number)), (writer, int(number) + RENUMBERED)} & books.operations)
        found.acknowledged += "acked" in ends
        found.unknown += ends == {"unknown"}
        if "acked" in ends and not (entries[name] and is_stored):
            found.lost.append(f"{name}: {entries[name]} entries, stored: {is_stored}")
        elif entries[name] > 1 or (entries[name] and ends == {"failed"}):
            found.doubled.append(f"{name}: {entries[name]} entries after {sorted(ends)}")
        elif bool(entries[name]) != is_stored:
            found.torn.append(f"{name}: {entries[name]} entries, stored: {is_stored}")
        if entries[name]:
            happened.append(_the_one(tries))
    return happened


def _the_one(tries: list[Attempt]) -> Attempt:
    """Which of several attempts under one name did the work."""
    order = {"acked": 0, "unknown": 1, "failed": 2}
    return min(tries, key=lambda attempt: (attempt.is_repeat, order[attempt.end]))


def _extra(rows: Rows, expected: Mapping[tuple[str, str], Any]) -> list[tuple[str, str]]:
    """Rows that no journal knows of, but for those that were there from the beginning."""
    return [
        (table, key)
        for table, there in rows.items()
        for key in there
        if not key.startswith("seed") and (table, key) not in expected
    ]


def _rows(happened: list[Attempt], rows: Rows, found: Findings) -> dict[tuple[str, str], Any]:
    """The last state of each row of this writer, against the row that is there."""
    expected: dict[tuple[str, str], Any] = {}
    for attempt in happened:
        for table, changed in attempt.effects.items():
            if table != "operation":
                expected |= {(table, key): value for key, value in changed.items()}
    for (table, key), value in expected.items():
        there = rows[table].get(key)
        if value is None and there is not None:
            found.doubled.append(f"{table} {key} was deleted and is there")
        elif value != there:
            found.lost.append(f"{table} {key} should be {value}, is {there}")
    return expected


def _order(attempts: list[Attempt], histories: Mapping[str, list[str]], found: Findings) -> None:
    """Within a register, the entries of one writer come in the order in which it wrote them."""
    if not attempts or attempts[0].kind == "command":
        return  # a command that is sent again comes later than its number says
    writer = attempts[0].name.rpartition("-")[0]
    for register, history in histories.items():
        numbers = [int(name.rpartition("-")[2]) for name in history if name.rpartition("-")[0] == writer]
        if numbers != sorted(numbers):
            found.reordered.append(f"{register}: {writer} {numbers}")
