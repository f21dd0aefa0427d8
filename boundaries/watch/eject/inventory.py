"""Which parts of the kit does a project use, and where?

Read from source alone: what is imported, and what settings and URL configurations name. A room is free when no code
imports it; then what names it in lists can go by itself.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boundaries
from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.source import SourceTree

# A room needs those that stand after it here.
ROOMS = ("watch", "strangler", "messaging", "facades", "enforcement", "contexts")
_PUBLIC: dict[str, str] = boundaries._PUBLIC  # noqa: SLF001  (the one table of what is public)
_NAMED = re.compile(r"boundaries\.(?P<room>\w+)(\.\w+)*")
# A whole line of a list: nothing else goes with it.
_ENTRY = re.compile(
    r"""\s*(["']boundaries\.\w+(\.\w+)*["']|path\((["']).*?\3,\s*include\(["']boundaries\.[\w.]+["']\)\)),\s*(#.*)?"""
)


@dataclass(frozen=True, slots=True)
class Use:
    """One place: `name` is what is imported or named there."""

    path: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.name}"


@dataclass(slots=True)
class Room:
    """One room of the kit: the code that imports it, entries that can be deleted, and others that somebody must edit."""

    name: str
    imports: list[Use] = field(default_factory=list)
    entries: list[Use] = field(default_factory=list)
    mentions: list[Use] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        """Whether nothing but lists names it, so that it can go by itself."""
        return not self.imports and not self.mentions

    @property
    def is_used(self) -> bool:
        """Whether anything names it."""
        return bool(self.imports or self.entries or self.mentions)


def take_inventory(context_map: ContextMap) -> list[Room]:
    """Every room, in the order in which they can go."""
    rooms = {name: Room(name) for name in ROOMS}
    tree = SourceTree(context_map)
    for file in tree.files.values():
        if not file.relative.endswith(".py") or b"boundaries" not in Path(file.path).read_bytes():
            continue
        for item in tree.imports_of(file):
            if room := _room_of(item.module, item.name):
                rooms[room].imports.append(Use(file.relative, item.line, item.name or item.module))
        for room, use, is_entry in _named(tree, file):
            (rooms[room].entries if is_entry else rooms[room].mentions).append(use)
    return list(rooms.values())


def _room_of(module: str, name: str) -> str | None:
    top, _, rest = module.partition(".")
    if top != "boundaries":
        return None
    # `import boundaries` is how Django writes a `Reference` into a migration.
    dotted = rest or _PUBLIC.get(name or "Reference", f"boundaries.{name}").partition(".")[2]
    room = dotted.partition(".")[0]
    return room if room in ROOMS else "contexts"


def _named(tree: SourceTree, file: SourceFile) -> Iterator[tuple[str, Use, bool]]:
    """Rooms that are named in strings, such as INSTALLED_APPS has them."""
    lines = Path(file.path).read_text(encoding="utf-8", errors="replace").splitlines()
    for node in (node for statement in tree.body_of(file) for node in ast.walk(statement)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        found = _NAMED.fullmatch(node.value)
        if found and found["room"] in ROOMS:
            is_entry = _ENTRY.fullmatch(lines[node.lineno - 1]) is not None
            yield found["room"], Use(file.relative, node.lineno, node.value), is_entry
