"""Where does everything lie: boxes in rows, arrows as curves between them, figures beside the arrows?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from boundaries.enforcement.picture.layering import Weights, assign_rows, line_up
from boundaries.enforcement.picture.ordering import Grid, Slot, place_slots, reduce_crossings

BOX_HEIGHT = 58
TIP = 8

_MARGIN = 24
_GAP = 26
_TRUNK_WIDTH = 4
_LEAST_ROW_GAP, _MOST_ROW_GAP = 64, 150
_LABEL_HEIGHT = 17
_PORT_GAP = 16
# How far along its own piece an arrow's figure is tried, best first; and where lines are looked at.
_WISHED = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.8)
_ALONG = tuple(step / 24 for step in range(25))

Pair = tuple[str, str]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box or a figure: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def meets(self, other: Rectangle) -> bool:
        """Whether the two overlap."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Way:
    """Where an arrow runs: from stop to stop, straight where both have the same x, else as an S.

    `direction` is down, up or across (a bow over its row). The last stop lies `TIP` before the target. What
    `is_against` the flow closes a cycle. `own_piece` is the first stop of a piece that it need not share with
    a trunk. `label` is a free place for a figure, None where there is none.
    """

    stops: tuple[Point, ...]
    direction: Literal["down", "up", "across"]
    is_against: bool = False
    own_piece: int = 0
    label: Rectangle | None = None


@dataclass(frozen=True)
class Layout:
    """The geometry of one drawing, in whole pixels; `rows` from top to bottom."""

    width: int
    height: int
    boxes: Mapping[str, Rectangle]
    ways: Mapping[Pair, Way]
    rows: tuple[tuple[str, ...], ...]


def lay_out(
    widths: Mapping[str, int], weights: Weights, *, labels: Mapping[Pair, int] | None = None
) -> Layout:
    """Place boxes of these widths, and arrows. The same input gives the same layout.

    A weight says how much an arrow wants to point down; `labels` gives the width of each arrow's figure. What no
    arrow touches is put in rows of its own below everything else.
    """
    joined = {name for pair in weights for name in pair}
    line = line_up(joined, weights)
    rows = assign_rows(
        line,
        weights,
        most_in_row=max(4, math.ceil(1.3 * math.sqrt(len(joined)))),
        most_rows=max(4, round(1.5 * math.sqrt(len(joined)))),
    )
    grid = Grid.of(rows, weights)
    reduce_crossings(grid)
    sizes = {slot: widths[slot.name] if slot.is_box else _TRUNK_WIDTH for row in grid.rows for slot in row}
    middle = {slot: round(x) for slot, x in place_slots(grid, sizes, gap=_GAP).items()}
    top = _tops(grid)
    boxes = {
        slot.name: Rectangle(
            middle[slot] - widths[slot.name] // 2, top[slot.row], widths[slot.name], BOX_HEIGHT
        )
        for slot in middle
        if slot.is_box
    }
    _place_alone(boxes, {name: width for name, width in widths.items() if name not in joined})
    ways = _route(grid, middle, top, widths, {name: number for number, name in enumerate(line)})
    ways = _with_labels(ways, labels or {}, list(boxes.values()))
    names = tuple(tuple(slot.name for slot in row if slot.is_box) for row in grid.rows)
    return _framed(boxes, ways, names)


def _tops(grid: Grid) -> list[int]:
    """The upper edge of each row: the more arrows run between two rows, the further apart they lie."""
    joints = [0] * (len(grid.rows) + 1)
    for upper, _ in grid.joints:
        joints[upper.row + 1] += 1
    for trail in grid.trails.values():
        if trail[0].row == trail[-1].row:
            joints[trail[0].row] += 1
    tops = [0]
    for count in joints[1 : len(grid.rows)]:
        tops.append(tops[-1] + BOX_HEIGHT + min(_MOST_ROW_GAP, _LEAST_ROW_GAP + 3 * count))
    return tops


def _place_alone(boxes: dict[str, Rectangle], alone: Mapping[str, int]) -> None:
    left = min((box.x for box in boxes.values()), default=0)
    right = max((box.x + box.width for box in boxes.values()), default=0)
    right = max(right, left + 4 * 180)
    y = max((box.y + BOX_HEIGHT + _LEAST_ROW_GAP for box in boxes.values()), default=0)
    x = left
    for name in sorted(alone):
        if x > left and x + alone[name] > right:
            x, y = left, y + BOX_HEIGHT + _GAP // 2
        boxes[name] = Rectangle(x, y, alone[name], BOX_HEIGHT)
        x += alone[name] + _GAP // 2


def _route(
    grid: Grid,
    middle: Mapping[Slot, int],
    top: Sequence[int],
    widths: Mapping[str, int],
    position: Mapping[str, int],
) -> dict[Pair, Way]:
    ports = _ports(grid, middle, widths)
    ways = {}
    for pair, trail in grid.trails.items():
        start, end = trail[0], trail[-1]
        direction = _direction(start, end)
        leaves_below, enters_above = direction == "down", direction != "up"
        stops = [(ports[pair, "leaves"], top[start.row] + (BOX_HEIGHT if leaves_below else 0))]
        for slot in trail[1:-1]:
            edges = (top[slot.row], top[slot.row] + BOX_HEIGHT)
            stops += [(middle[slot], y) for y in (edges if leaves_below else edges[::-1])]
        stops.append(
            (ports[pair, "enters"], top[end.row] - TIP if enters_above else top[end.row] + BOX_HEIGHT + TIP)
        )
        ways[pair] = Way(
            tuple(stops),
            direction,
            is_against=position[start.name] > position[end.name],
            own_piece=len(stops) - 2 if trail[1].role == "from" else 0,
        )
    return ways


def _direction(start: Slot, end: Slot) -> Literal["down", "up", "across"]:
    if start.row == end.row:
        return "across"
    return "down" if start.row < end.row else "up"


def _ports(grid: Grid, middle: Mapping[Slot, int], widths: Mapping[str, int]) -> dict[tuple[Pair, str], int]:
    """Where each arrow leaves and enters its boxes: side by side, in the order of where they come from."""
    users: dict[tuple[Slot, bool], dict[tuple[Slot, str], list[Pair]]] = {}
    for pair, trail in grid.trails.items():
        leaves_above = trail[0].row >= trail[-1].row
        enters_above = trail[0].row <= trail[-1].row
        users.setdefault((trail[0], leaves_above), {}).setdefault((trail[1], "leaves"), []).append(pair)
        users.setdefault((trail[-1], enters_above), {}).setdefault((trail[-2], "enters"), []).append(pair)
    ports = {}
    for (box, _), neighbours in users.items():
        room = widths[box.name] - 24
        gap = min(_PORT_GAP, room / max(1, len(neighbours) - 1))
        ordered = sorted(neighbours, key=lambda key: (middle[key[0]], key))
        for number, key in enumerate(ordered):
            x = round(middle[box] + (number - (len(ordered) - 1) / 2) * gap)
            ports.update({(pair, key[1]): x for pair in neighbours[key]})
    return ports


def _with_labels(
    ways: Mapping[Pair, Way], widths: Mapping[Pair, int], taken: list[Rectangle]
) -> dict[Pair, Way]:
    """Each way with a free place for its figure, where it runs by itself and few others pass."""
    placed = dict(ways)
    lines = _Lines(ways)
    for pair in sorted(widths):
        width = widths[pair]
        near = [
            Rectangle(x - width // 2, y - _LABEL_HEIGHT // 2, width, _LABEL_HEIGHT)
            for x, y in _points(ways[pair], _WISHED)
        ]
        free = [label for label in near if not any(label.meets(other) for other in taken)]
        if free:
            best = min(free, key=lines.count_within)
            taken.append(best)
            placed[pair] = replace(ways[pair], label=best)
    return placed


class _Lines:
    """Points of all ways, found by where they lie."""

    def __init__(self, ways: Mapping[Pair, Way]) -> None:
        self._bands: dict[int, list[Point]] = {}
        for way in ways.values():
            for x, y in _points(way, _ALONG):
                self._bands.setdefault(y // _LABEL_HEIGHT, []).append((x, y))

    def count_within(self, area: Rectangle) -> int:
        bands = range(area.y // _LABEL_HEIGHT, (area.y + area.height) // _LABEL_HEIGHT + 1)
        points = [point for band in bands for point in self._bands.get(band, ())]
        return sum(
            area.x <= x < area.x + area.width and area.y <= y < area.y + area.height for x, y in points
        )


def _points(way: Way, along: Sequence[float]) -> list[Point]:
    """Points of a way's own piece, by how far along they lie."""
    (x0, y0), (x1, y1) = way.stops[way.own_piece : way.own_piece + 2]
    points = []
    for t in along:
        x = x0 + (x1 - x0) * t * t * (3 - 2 * t)
        if way.direction == "across":
            y = y0 - 3 * bow_height(way) * t * (1 - t)
        else:
            y = y0 + (y1 - y0) * t * (1.5 - 1.5 * t + t * t)
        points.append((round(x), round(y)))
    return points


def bow_height(way: Way) -> int:
    """How far the control points of a bow lie above its row."""
    return min(70, 26 + abs(way.stops[0][0] - way.stops[-1][0]) // 9)


def _framed(
    boxes: dict[str, Rectangle], ways: Mapping[Pair, Way], rows: tuple[tuple[str, ...], ...]
) -> Layout:
    """Everything moved so that it begins at the margin."""
    xs = [x for way in ways.values() for x, _ in way.stops]
    bows = [way.stops[0][1] - bow_height(way) for way in ways.values() if way.direction == "across"]
    left = min([box.x for box in boxes.values()] + xs, default=0) - _MARGIN
    upper = min([box.y for box in boxes.values()] + bows, default=0) - _MARGIN
    right = max([box.x + box.width for box in boxes.values()] + xs, default=0) + _MARGIN
    lower = max((box.y + box.height for box in boxes.values()), default=0) + _MARGIN
    return Layout(
        width=right - left,
        height=lower - upper,
        boxes={name: replace(box, x=box.x - left, y=box.y - upper) for name, box in sorted(boxes.items())},
        ways={pair: _moved(way, left, upper) for pair, way in sorted(ways.items())},
        rows=rows,
    )


def _moved(way: Way, left: int, upper: int) -> Way:
    label = way.label and replace(way.label, x=way.label.x - left, y=way.label.y - upper)
    return replace(way, stops=tuple((x - left, y - upper) for x, y in way.stops), label=label)
