"""What does one drawing show: which boxes, and which arrows between them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log2

from boundaries.contexts.map import Context
from boundaries.enforcement.overview import STATUSES, Edge, Overview, Status
from boundaries.enforcement.picture.fold import MOST_UNFOLDED, Folding, Group, fold

COLOURS = 8

_LEAST_FOLDED = 12


@dataclass(frozen=True)
class Box:
    """A context, or a group of them folded into one. `key` is unique in all scenes of an overview.

    `title`, `owner` and `figures` are its three lines; in a map without owners the second names packages.
    """

    key: str
    title: str
    owner: str
    figures: str
    members: tuple[str, ...]
    state: str = "inside"
    shared: bool = False
    is_group: bool = False
    colour: int | None = None


@dataclass(frozen=True)
class Arrow:
    """Everything that the members of one box use of those of another."""

    source: str
    target: str
    edges: tuple[Edge, ...]

    def count(self, status: Status) -> int:
        """How many couplings have this status."""
        return sum(edge.count(status) for edge in self.edges)

    @cached_property
    def total(self) -> int:
        """How many couplings there are."""
        return sum(len(edge.couplings) for edge in self.edges)

    @property
    def status(self) -> Status:
        """The gravest status of any."""
        return next(status for status in STATUSES if self.count(status))

    @property
    def weight(self) -> float:
        """How much it wants to point down: what breaks a rule says little about who is meant to stand above."""
        sound = self.count("allowed") + (self.total - self.count("allowed")) / 4
        return 1 + log2(1 + sound)

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """How many couplings there are of each kind, the most first."""
        counts = Counter[str]()
        for edge in self.edges:
            counts.update(dict(edge.counts))
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class Scene:
    """One drawing."""

    key: str
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


class Stage:
    """All scenes of one overview: everything, if it can be read; folded; and each group by itself."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.contexts = tuple(sorted(overview.contexts, key=lambda context: context.name))
        self.folding = fold(self.contexts) if len(self.contexts) >= _LEAST_FOLDED else None
        self.names_owners = any(context.owner for context in self.contexts)
        self.colours = _colours(self.contexts)
        self._box = {context.name: self._context_box(n, context) for n, context in enumerate(self.contexts)}

    def scenes(self) -> list[Scene]:
        """All scenes; the first is the one to open with."""
        is_readable = len(self.contexts) <= MOST_UNFOLDED
        flat = [self._scene("all", "All contexts", self._box)]
        if self.folding is None:
            return flat
        folded = self._scene("folded", f"By {self.folding.by}", self._folded(self.folding))
        groups = [
            self._group_scene(self.folding, number, group)
            for number, group in enumerate(self.folding.groups)
            if len(group.members) > 1
        ]
        return [*flat, folded, *groups] if is_readable else [folded, *groups]

    def _scene(
        self, key: str, title: str, box_of: Mapping[str, Box], edges: Iterable[Edge] | None = None
    ) -> Scene:
        """The scene in which each context is the box that it has in `box_of`."""
        pairs: dict[tuple[str, str], list[Edge]] = {}
        for edge in self.overview.edges if edges is None else edges:
            if edge.source in box_of and edge.target in box_of:
                pair = (box_of[edge.source].key, box_of[edge.target].key)
                if pair[0] != pair[1]:
                    pairs.setdefault(pair, []).append(edge)
        arrows = tuple(Arrow(*pair, tuple(found)) for pair, found in sorted(pairs.items()))
        boxes = {box.key: box for box in box_of.values()}
        return Scene(key, title, tuple(box for _, box in sorted(boxes.items())), arrows)

    def _group_scene(self, folding: Folding, number: int, group: Group) -> Scene:
        """The members of a group as they are; of everything else, folded, only what they are coupled with."""
        members = frozenset(group.members)
        edges = [edge for edge in self.overview.edges if edge.source in members or edge.target in members]
        near = {name for edge in edges for name in (edge.source, edge.target)} | members
        box_of = {**self._folded(folding), **{name: self._box[name] for name in members}}
        box_of = {name: box for name, box in box_of.items() if name in near}
        return self._scene(_group_key(number), group.name, box_of, edges)

    def _folded(self, folding: Folding) -> dict[str, Box]:
        boxes = {}
        for number, group in enumerate(folding.groups):
            single = self._box[group.members[0]] if len(group.members) == 1 else None
            box = single or self._group_box(number, group, is_owner=folding.by == "owner")
            boxes.update(dict.fromkeys(group.members, box))
        return boxes

    def _context_box(self, number: int, context: Context) -> Box:
        size = self.overview.sizes[context.name]
        return Box(
            key=f"c{number:04}",
            title=context.name,
            owner=context.owner or ("no owner" if self.names_owners else ", ".join(context.packages)),
            figures=f"{_many(size.models, 'model')} · {_many(size.modules, 'module')}",
            members=(context.name,),
            state=context.state,
            shared=context.shared,
            colour=self.colours.get(context.owner or ""),
        )

    def _group_box(self, number: int, group: Group, *, is_owner: bool) -> Box:
        sizes = [self.overview.sizes[name] for name in group.members]
        owners = {self._box[name].owner for name in group.members}
        return Box(
            key=_group_key(number),
            title=group.name,
            owner=_many(len(group.members), "context"),
            figures=f"{_many(sum(s.models for s in sizes), 'model')} · {_many(sum(s.modules for s in sizes), 'module')}",
            members=group.members,
            is_group=True,
            colour=self.colours.get(owners.pop()) if is_owner else None,
        )


def _group_key(number: int) -> str:
    return f"g{number:04}"


def _colours(contexts: Iterable[Context]) -> dict[str, int]:
    """A colour for each of the owners with most contexts; none where all have the same."""
    owned = Counter(context.owner for context in contexts if context.owner)
    ranked = sorted(owned, key=lambda owner: (-owned[owner], owner))
    return {owner: number for number, owner in enumerate(ranked[:COLOURS])} if len(ranked) > 1 else {}


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
