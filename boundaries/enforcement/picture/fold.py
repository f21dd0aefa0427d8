"""Which contexts become one box when there are too many to look at?

By owner; where the map names too few, by package, by the first word of the name, or by the alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from boundaries.contexts.map import Context

MOST_UNFOLDED = 60

_LETTERS_TOGETHER = 15


@dataclass(frozen=True)
class Group:
    """Contexts that are drawn as one box. A group of one is that context itself."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Folding:
    """Every context in one group; `by` says what puts contexts together."""

    by: str
    groups: tuple[Group, ...]


def fold(contexts: Sequence[Context]) -> Folding | None:
    """The first way to fold that tells something and at least halves what there is to see.

    The alphabet tells nothing: it is for more than `MOST_UNFOLDED` contexts. None where all can stay unfolded.
    """
    by_owner = _grouped(contexts, "owner", _owner)
    if _halves(by_owner, len(contexts)):
        return by_owner
    ways = [_grouped(contexts, "package", _package(contexts, deeper)) for deeper in range(3)]
    for folding in [*ways, _grouped(contexts, "name", _first_word)]:
        largest = max((len(group.members) for group in folding.groups), default=0)
        if _halves(folding, len(contexts)) and largest * 3 <= len(contexts) * 2:
            return folding
    return _by_alphabet(contexts) if len(contexts) > MOST_UNFOLDED else None


def _halves(folding: Folding, contexts: int) -> bool:
    return 2 <= len(folding.groups) <= contexts // 2


def _owner(context: Context) -> str:
    return context.owner or "no owner"


def _package(contexts: Sequence[Context], deeper: int) -> Callable[[Context], str]:
    """The package's name up to just below what all packages share, or some levels deeper."""
    paths = [context.packages[0].split(".") for context in contexts if context.packages]
    depth = next(
        (depth for depth, parts in enumerate(zip(*paths, strict=False)) if len(set(parts)) > 1),
        min(map(len, paths), default=0),
    )
    depth += deeper

    def key(context: Context) -> str:
        parts = context.packages[0].split(".") if context.packages else []
        return ".".join(parts[: depth + 1]) if len(parts) > depth + 1 else context.name

    return key


def _first_word(context: Context) -> str:
    return re.split(r"[^A-Za-z0-9]+", context.name.strip("_-. "))[0] or context.name


def _grouped(contexts: Sequence[Context], by: str, key: Callable[[Context], str]) -> Folding:
    members: dict[str, list[str]] = {}
    for context in contexts:
        members.setdefault(key(context), []).append(context.name)
    return Folding(by, tuple(Group(name, tuple(sorted(found))) for name, found in sorted(members.items())))


def _by_alphabet(contexts: Sequence[Context]) -> Folding:
    names = sorted(context.name for context in contexts)
    size = ceil(len(names) / max(2, ceil(len(names) / _LETTERS_TOGETHER)))
    parts = [names[start : start + size] for start in range(0, len(names), size)]
    return Folding("alphabet", tuple(Group(f"{part[0]} … {part[-1]}", tuple(part)) for part in parts))
