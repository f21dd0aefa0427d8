"""How is a scene written as SVG: one picture for a document, the same marks inside a page?"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from itertools import pairwise
from math import log2

from boundaries.enforcement.overview import STATUSES, Overview, Status
from boundaries.enforcement.picture.layout import BOX_HEIGHT, TIP, Layout, Rectangle, Way, bow_height, lay_out
from boundaries.enforcement.picture.scene import Arrow, Box, Scene, Stage
from boundaries.enforcement.picture.text import shorten, text_width

_MOST_FIGURES = 70
_LEAST_WIDTH, _MOST_WIDTH = 132, 230
_LEGEND_HEIGHT = 34
_NAME_SIZE = 14  # 13, and what bold letters are wider
MEANINGS: dict[Status, str] = {
    "violation": "breaks a rule",
    "baselined": "breaks a rule, accepted by the baseline",
    "counted": "breaks a rule where that is only counted",
    "allowed": "allowed",
}


def draw_svg(overview: Overview) -> str:
    """The whole overview as one picture, folded if there is too much of it; light or dark as the viewer is."""
    scene = Stage(overview).scenes()[0]
    layout = lay_out_scene(scene)
    width = max(layout.width, 720)
    legend = "\n".join(_legend(scene, layout.height))
    style = files(__package__).joinpath("static", "drawing.css").read_text(encoding="utf-8")
    title = escape(f"Context map of {overview.project}")
    shift = (width - layout.width) // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 {width} {layout.height + _LEGEND_HEIGHT}"'
        f' width="{width}" height="{layout.height + _LEGEND_HEIGHT}" role="img">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n"
        f'<rect class="ground" width="100%" height="100%"/>\n'
        f'<g transform="translate({shift} 0)">\n{draw_marks(scene, layout)}\n</g>\n{legend}\n</svg>'
    )


def lay_out_scene(scene: Scene) -> Layout:
    """Where everything in a scene lies; figures beside the arrows only where they are few."""
    pairs = {(arrow.source, arrow.target): arrow for arrow in scene.arrows}
    has_figures = len(pairs) <= _MOST_FIGURES
    return lay_out(
        {box.key: _box_width(box) for box in scene.boxes},
        {pair: arrow.weight for pair, arrow in pairs.items()},
        labels={pair: text_width(_figure_text(arrow), 11) + 10 for pair, arrow in pairs.items()}
        if has_figures
        else {},
    )


def draw_marks(scene: Scene, layout: Layout) -> str:
    """The arrows, the gravest on top, then figures, then boxes."""
    ranked = sorted(scene.arrows, key=lambda arrow: -STATUSES.index(arrow.status))
    marks = [_arrow(arrow, layout.ways[arrow.source, arrow.target]) for arrow in ranked]
    marks += [
        _figure(arrow, place)
        for arrow in scene.arrows
        if (place := layout.ways[arrow.source, arrow.target].label) is not None
    ]
    marks += [_box(box, layout.boxes[box.key], scene) for box in scene.boxes]
    return "\n".join(marks)


def stroke_width(count: int) -> float:
    """How thick the line of so many couplings is."""
    return round(min(6.0, 1.2 + 0.45 * log2(max(1, count))), 1)


def _arrow(arrow: Arrow, way: Way) -> str:
    x, y = way.stops[-1]
    turn = -1 if way.direction == "up" else 1
    half = 4.5
    tip = f"M{x} {y + turn * TIP}l{-half} {-turn * (TIP + 1)}h{2 * half}z"
    against = " against" if way.is_against else ""
    return (
        f'<g class="arrow {arrow.status}{against}" {_ends(arrow)}>'
        f'<path class="line" d="{_line(way)}" stroke-width="{stroke_width(arrow.count(arrow.status))}"/><path class="tip" d="{tip}"/></g>'
    )


def _figure(arrow: Arrow, place: Rectangle) -> str:
    x, y = place.x + place.width // 2, place.y + place.height - 5
    return (
        f'<g class="figure {arrow.status}" {_ends(arrow)}><rect x="{place.x}" y="{place.y}" width="{place.width}"'
        f' height="{place.height}" rx="8"/><text x="{x}" y="{y}">{_figure_text(arrow)}</text></g>'
    )


def _figure_text(arrow: Arrow) -> str:
    """How many couplings, or how many of them break a rule."""
    grave = arrow.count("violation") + arrow.count("baselined")
    return f"{grave:,}/{arrow.total:,}" if 0 < grave < arrow.total else f"{arrow.total:,}"


def _ends(arrow: Arrow) -> str:
    return f'data-from="{arrow.source}" data-to="{arrow.target}"'


def _line(way: Way) -> str:
    (x, y), *_ = way.stops
    parts = [f"M{x} {y}"]
    if way.direction == "across":
        over, (end, to) = y - bow_height(way), way.stops[-1]
        return f"M{x} {y}C{x} {over} {end} {over} {end} {to}"
    for (x0, y0), (x1, y1) in pairwise(way.stops):
        middle = (y0 + y1) // 2
        parts.append(f"V{y1}" if x0 == x1 else f"C{x0} {middle} {x1} {middle} {x1} {y1}")
    return "".join(parts)


def _box(box: Box, place: Rectangle, scene: Scene) -> str:
    room = place.width - 26
    classes = ["box", *(["group"] if box.is_group else []), *(["shared"] if box.shared else []), box.state]
    name = escape(shorten(box.title, _NAME_SIZE, room))
    full = escape(f"{box.title}, {box.owner}, {box.figures}", quote=True)
    figures = box.figures if box.state == "inside" else f"{box.state} · {box.figures}"
    return (
        f'<g class="{" ".join(classes)}" data-box="{box.key}" transform="translate({place.x} {place.y})" aria-label="{full}">'
        f"{''.join(_outline(box, place.width))}"
        f'<text class="name" x="15" y="21">{name}</text>'
        f'<text class="owner" x="15" y="36">{escape(shorten(box.owner, 11, room))}</text>'
        f'<text class="size" x="15" y="50">{escape(shorten(figures, 11, room))}</text>'
        f"{''.join(_badge(box, place.width, scene))}</g>"
    )


def _outline(box: Box, width: int) -> Iterator[str]:
    radius = BOX_HEIGHT // 2 if box.state == "outside" else 8
    yield f'<rect class="body" width="{width}" height="{BOX_HEIGHT}" rx="{radius}"/>'
    if box.is_group:
        yield f'<rect class="frame" x="3" y="3" width="{width - 6}" height="{BOX_HEIGHT - 6}" rx="6"/>'
    if box.shared:
        yield f'<path class="bars" d="M5 0v{BOX_HEIGHT}M{width - 5} 0v{BOX_HEIGHT}"/>'
    if box.colour is not None:
        yield f'<rect class="stripe colour-{box.colour}" x="6" y="9" width="4" height="{BOX_HEIGHT - 18}" rx="2"/>'


def _badge(box: Box, width: int, scene: Scene) -> Iterator[str]:
    """How many violations a box commits, at its upper right corner."""
    outgoing = [arrow for arrow in scene.arrows if arrow.source == box.key]
    new, baselined = (sum(arrow.count(status) for arrow in outgoing) for status in STATUSES[:2])
    if not new + baselined:
        return
    text = f"{new + baselined:,}"
    wide = text_width(text, 10) + 10
    kind = "violation" if new else "baselined"
    yield f'<g class="badge {kind}"><rect x="{width - wide + 6}" y="-8" width="{wide}" height="16" rx="8"/>'
    yield f'<text x="{width - wide / 2 + 6}" y="4">{text}</text></g>'


def _box_width(box: Box) -> int:
    figures = box.figures if box.state == "inside" else f"{box.state} · {box.figures}"
    text = max(text_width(box.title, _NAME_SIZE), text_width(box.owner, 11), text_width(figures, 11))
    return max(_LEAST_WIDTH, min(_MOST_WIDTH, text + 30)) // 2 * 2


def _legend(scene: Scene, y: int) -> Iterator[str]:
    """What the colours mean, those that occur; one line below the drawing."""
    x = 24
    occurring = {arrow.status for arrow in scene.arrows}
    for status in STATUSES:
        if status in occurring:
            yield f'<path class="line legend {status}" d="M{x} {y + 10}h24" stroke-width="2.5"/>'
            yield f'<text class="legend" x="{x + 30}" y="{y + 14}">{MEANINGS[status]}</text>'
            x += 48 + text_width(MEANINGS[status], 11)
    if scene.arrows:
        yield f'<path class="line legend against allowed" d="M{x} {y + 10}h24" stroke-width="2"/>'
        yield f'<text class="legend" x="{x + 30}" y="{y + 14}">closes a cycle</text>'
