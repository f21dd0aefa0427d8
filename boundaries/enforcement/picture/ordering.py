"""In which order do boxes lie within their row, and how far to the right, so that few arrows cross?

An arrow that passes rows takes a slot in each of them. Arrows to the same box, or from it, share those slots, so
that twenty arrows to a kernel become one trunk with twenty branches.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

_SWEEPS = 12


@dataclass(frozen=True, order=True, slots=True)
class Slot:
    """A place in a row: the box `name`, or where arrows pass that go `to` it or come `from` it."""

    row: int
    name: str
    role: Literal["box", "from", "to"] = "box"

    @property
    def is_box(self) -> bool:
        """Whether a box lies there, and no trunk."""
        return self.role == "box"


@dataclass
class Grid:
    """Rows of slots, what joins slots of neighbouring rows, and the slots that each arrow visits."""

    rows: list[list[Slot]]
    joints: Counter[tuple[Slot, Slot]] = field(default_factory=Counter)
    trails: dict[tuple[str, str], list[Slot]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], arrows: Iterable[tuple[str, str]]) -> Grid:
        """The grid of boxes in rows, with a slot wherever an arrow passes."""
        box = {name: Slot(index, name) for index, row in enumerate(rows) for name in row}
        grid = cls([[box[name] for name in row] for row in rows])
        pairs = sorted(arrows)
        users = Counter(end for a, b in pairs for end in _ends(box[a], box[b]))
        passing: set[Slot] = set()
        for source, target in pairs:
            start, end = box[source], box[target]
            trail = [start, *_passed(start, end, users), end]
            grid.trails[source, target] = trail
            passing.update(trail[1:-1])
            if start.row != end.row:
                grid.joints.update((min(pair), max(pair)) for pair in pairwise(trail))
        for slot in sorted(passing):
            grid.rows[slot.row].append(slot)
        return grid

    def neighbours(self) -> dict[Slot, list[tuple[Slot, float]]]:
        """What each slot is joined to, and how strongly: trunks should be straight."""
        found: dict[Slot, list[tuple[Slot, float]]] = {slot: [] for row in self.rows for slot in row}
        for upper, lower in sorted(self.joints):
            strength = {0: 8.0, 1: 2.0, 2: 1.0}[upper.is_box + lower.is_box]
            found[upper].append((lower, strength))
            found[lower].append((upper, strength))
        return found


def reduce_crossings(grid: Grid) -> None:
    """Order every row by the middle of what its slots are joined to, up and down again; the best order stays."""
    neighbours = grid.neighbours()
    best, fewest = [list(row) for row in grid.rows], crossings(grid)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        numbers = range(1, len(grid.rows)) if downwards else range(len(grid.rows) - 2, -1, -1)
        for number in numbers:
            beside = number - 1 if downwards else number + 1
            _order_row(grid, number, beside, neighbours)
        if (count := crossings(grid)) < fewest:
            best, fewest = [list(row) for row in grid.rows], count
    grid.rows = best


def crossings(grid: Grid) -> int:
    """How many pairs of joints cross."""
    index = {slot: at for row in grid.rows for at, slot in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in grid.joints:
        by_row.setdefault(upper.row, []).append((index[upper], index[lower]))
    total = 0
    for ends in by_row.values():
        seen: list[int] = []
        for _, lower_at in sorted(ends):
            total += len(seen) - bisect_right(seen, lower_at)
            insort(seen, lower_at)
    return total


def place_slots(grid: Grid, widths: Mapping[Slot, float], *, gap: float) -> dict[Slot, float]:
    """The middle of each slot, from left to right: as near to what it is joined to as its neighbours allow."""
    neighbours = grid.neighbours()
    middle: dict[Slot, float] = {}
    for row in grid.rows:
        total = sum(widths[slot] + gap for slot in row)
        at = -total / 2
        for slot in row:
            middle[slot] = at + (widths[slot] + gap) / 2
            at += widths[slot] + gap
    numbers = list(range(len(grid.rows)))
    for number in (numbers + numbers[::-1]) * _SWEEPS:
        row = grid.rows[number]
        _settle(row, neighbours, middle, widths, gap)
    return middle


def _ends(start: Slot, end: Slot) -> list[tuple[str, bool, str]]:
    goes_down = start.row < end.row
    return [(start.name, goes_down, "from"), (end.name, goes_down, "to")]


def _passed(start: Slot, end: Slot, users: Mapping[tuple[str, bool, str], int]) -> list[Slot]:
    """The slots between two boxes: those of the trunk of the busier one."""
    step = 1 if start.row < end.row else -1
    leaving, entering = _ends(start, end)
    if users[leaving] > users[entering]:
        return [Slot(row, start.name, "from") for row in range(start.row + step, end.row, step)]
    return [Slot(row, end.name, "to") for row in range(start.row + step, end.row, step)]


def _order_row(
    grid: Grid, number: int, beside: int, neighbours: Mapping[Slot, list[tuple[Slot, float]]]
) -> None:
    index = {slot: at for at, slot in enumerate(grid.rows[beside])}

    def wanted(at: int, slot: Slot) -> float:
        places = [index[other] for other, _ in neighbours[slot] if other.row == beside]
        return sum(places) / len(places) if places else at * len(index) / max(1, len(grid.rows[number]))

    keyed = [(wanted(at, slot), at, slot) for at, slot in enumerate(grid.rows[number])]
    grid.rows[number] = [slot for _, _, slot in sorted(keyed)]


def _settle(
    row: Sequence[Slot],
    neighbours: Mapping[Slot, list[tuple[Slot, float]]],
    middle: dict[Slot, float],
    widths: Mapping[Slot, float],
    gap: float,
) -> None:
    """The least squares of all distances in one row, its order kept: slots that collide move as one block.

    Pool adjacent violators, on positions less the least distance from the row's beginning.
    """
    blocks: list[tuple[float, float, list[Slot]]] = []  # weight, wish, slots
    offset: dict[Slot, float] = {}
    at = 0.0
    for slot in row:
        offset[slot] = at + widths[slot] / 2
        at += widths[slot] + gap
        weight = sum(strength for _, strength in neighbours[slot]) or 0.1
        wish = sum(middle[other] * strength for other, strength in neighbours[slot])
        wish = (wish / weight if neighbours[slot] else middle[slot]) - offset[slot]
        block = (weight, wish, [slot])
        while blocks and blocks[-1][1] > block[1]:
            left = blocks.pop()
            both = left[0] + block[0]
            block = (both, (left[0] * left[1] + block[0] * block[1]) / both, left[2] + block[2])
        blocks.append(block)
    for _, wish, slots in blocks:
        for slot in slots:
            middle[slot] = wish + offset[slot]
