"""What of the kit can be taken out mechanically, and in which order?

From the last room to the first, since each needs those before it: its tables, with Django's own `migrate zero`, then
the lines of settings and URL configurations that name it. The first room that code still imports ends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.management import call_command

from boundaries.conf import setting
from boundaries.contexts.map import ContextMap
from boundaries.watch.eject.inventory import Room
from boundaries.watch.eject.table import tables_of

# What somebody has to decide or to write; the names are those that a project imports.
REMEDIES = {
    "Facade": "let the class of the implementation take its place in the door: callers keep their calls",
    "query": "goes with its facade", "command": "goes with its facade", "ignoring": "goes with its facade",
    "DomainError": "an exception of your own with the same name and fields",
    "Reference": "a ForeignKey of the same name and column, then makemigrations: only the constraint is added",
    "event": "a frozen dataclass of your own", "publish": "call what the consumers do, after the transaction commits",
    "consumer": "call it where the event was published", "Saga": "one function, with its compensations in an except",
    "step": "goes with its saga", "announces_deletion": "an on_delete of the foreign key that takes its place",
    "TableSpec": "delete it: nothing moves any more",
}  # fmt: skip
_OTHERWISE = "take it out by hand"
_IN_HISTORY = "write the plain field of the same column in its place: no database runs this again"


def removable(rooms: Sequence[Room]) -> list[Room]:
    """The rooms that can go now: used ones, up to the first that code still needs."""
    found: list[Room] = []
    for room in rooms:
        if not room.is_free:
            break
        if room.is_used:
            found.append(room)
    return found


def take_out(context_map: ContextMap, rooms: Sequence[Room]) -> list[Path]:
    """Drop the tables of these rooms, then delete the lines that name them. Returns the files that were changed.

    Needs the rights of the tables' owner. Killed in between, the same call goes on.
    """
    for room in rooms:
        if tables_of(room.name):
            call_command(
                "migrate", f"boundaries_{room.name}", "zero", database=setting("DATABASE"), verbosity=0
            )
    lines: dict[Path, set[int]] = defaultdict(set)
    for room in rooms:
        for entry in room.entries:
            lines[context_map.root / entry.path].add(entry.line)
    for path, numbers in lines.items():
        text = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for number, line in enumerate(text, start=1) if number not in numbers]
        path.write_text("".join(kept), encoding="utf-8")
    return sorted(lines)


def by_hand(room: Room) -> Iterator[str]:
    """What somebody has to do before a room can go, one line for each place."""
    for use in room.imports:
        is_history = "/migrations/" in use.path
        yield f"{use}: {_IN_HISTORY if is_history else REMEDIES.get(use.name, _OTHERWISE)}"
    for use in room.mentions:
        yield f"{use}: {_OTHERWISE}"


def last_words(context_map: ContextMap) -> list[str]:
    """What is left when no room is used any more."""
    return [
        f"delete {context_map.path.name}, or its [tool.boundaries] tables, and {context_map.baseline.name}",
        "delete BOUNDARIES from the settings, `boundaries check` from CI and hooks, and the supervised processes",
        "pip uninstall django-strangler",
    ]
