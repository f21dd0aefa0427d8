"""How does the overview become one page that a browser opens from a file, without a network?

Python draws every scene and counts; the page's script only shows, hides, counts again what is filtered, and lists
places. Names reach the page as escaped text and as JSON, never as markup, and the page's own policy lets nothing
run or load but the script and the style that were written into it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from boundaries.contexts.map import Context
from boundaries.enforcement.coupling import KINDS, Coupling
from boundaries.enforcement.overview import STATUSES, Edge, Overview, status_of
from boundaries.enforcement.picture.layering import Weights, knots_of, line_up
from boundaries.enforcement.picture.scene import Arrow, Scene, Stage
from boundaries.enforcement.picture.svg import MEANINGS, draw_marks, lay_out_scene
from boundaries.enforcement.rules import rule_of

_STYLES = ("drawing.css", "page.css")
_SCRIPTS = ("data.js", "drawing.js", "matrix.js", "panel.js", "page.js")
_MOST_PLACES = 8_000


def draw_html(overview: Overview) -> str:
    """The page: the map, the matrix, and the places behind every arrow."""
    stage = Stage(overview)
    scenes = stage.scenes()
    style, script = _read(_STYLES), _read(_SCRIPTS)
    page = Template(files(__package__).joinpath("templates", "page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=escape(f"Context map of {overview.project}"),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        style=style,
        script=script,
        scenes="\n".join(_draw_scene(scene) for scene in scenes),
        data=_as_json(_data(stage, scenes)),
    )


def _read(names: Sequence[str]) -> str:
    folder = files(__package__).joinpath("static")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _as_json(value: object) -> str:
    """JSON that may stand inside a script element, whatever the names in it are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _draw_scene(scene: Scene) -> str:
    layout = lay_out_scene(scene)
    dense = " dense" if len(scene.arrows) > 90 else ""
    return (
        f'<svg class="drawing{dense}" data-scene="{scene.key}" viewBox="0 0 {layout.width} {layout.height}"'
        f' role="group" aria-label="{escape(scene.title, quote=True)}" hidden="">\n'
        f"{draw_marks(scene, layout)}\n</svg>"
    )


def _data(stage: Stage, scenes: Sequence[Scene]) -> dict[str, Any]:
    overview = stage.overview
    number = {context.name: index for index, context in enumerate(stage.contexts)}
    used = {kind for edge in overview.edges for kind, _ in edge.tallies}
    kinds = [*(kind for kind in KINDS if kind in used), *sorted(used - set(KINDS))]
    weights = {
        (edge.source, edge.target): Arrow(edge.source, edge.target, (edge,)).weight for edge in overview.edges
    }
    return {
        "statuses": STATUSES,
        "meanings": [MEANINGS[status] for status in STATUSES],
        "kinds": kinds,
        "contexts": [_context(stage, context) for context in stage.contexts],
        "groups": [
            {"key": f"g{index:04}", "name": group.name, "members": [number[name] for name in group.members]}
            for index, group in enumerate(stage.folding.groups)
        ]
        if stage.folding
        else [],
        "foldedBy": stage.folding.by if stage.folding else None,
        "order": [number[name] for name in line_up(number, weights)],
        "foldedOrder": _folded_order(scenes),
        "knots": [[number[name] for name in knot] for knot in _knots(number, weights)],
        "edges": [_edge(edge, number, kinds) for edge in overview.edges],
        "scenes": [_scene(scene, number) for scene in scenes],
        "rules": {code: rule_of(code).title for code in _codes(overview)},
        **_places(overview.edges, kinds),
    }


def _context(stage: Stage, context: Context) -> dict[str, Any]:
    size = stage.overview.sizes[context.name]
    return {
        "name": context.name,
        "owner": context.owner,
        "colour": stage.colours.get(context.owner or ""),
        "state": context.state,
        "mode": context.mode,
        "shared": context.shared,
        "packages": context.packages,
        "models": size.models,
        "modules": size.modules,
    }


def _edge(edge: Edge, number: dict[str, int], kinds: Sequence[str]) -> dict[str, Any]:
    """`counts` are [kind, how many of each status]."""
    counts = [[kinds.index(kind), *(tally.get(s, 0) for s in STATUSES)] for kind, tally in edge.tallies]
    return {"from": number[edge.source], "to": number[edge.target], "counts": counts}


def _scene(scene: Scene, number: dict[str, int]) -> dict[str, Any]:
    boxes = {box.key: [number[name] for name in box.members] for box in scene.boxes}
    return {"key": scene.key, "title": scene.title, "boxes": boxes}


def _folded_order(scenes: Sequence[Scene]) -> list[str]:
    """The boxes of the folded scene in one line, dependents first."""
    folded = next((scene for scene in scenes if scene.key == "folded"), None)
    if folded is None:
        return []
    weights = {(arrow.source, arrow.target): arrow.weight for arrow in folded.arrows}
    return line_up((box.key for box in folded.boxes), weights)


def _knots(names: Iterable[str], weights: Weights) -> list[list[str]]:
    """What closes cycles, the largest first."""
    knots = [knot for knot in knots_of(names, weights) if len(knot) > 1]
    return sorted(knots, key=lambda knot: (-len(knot), knot))


def _codes(overview: Overview) -> list[str]:
    return sorted({c.rule for edge in overview.edges for c in edge.couplings if c.rule})


def _places(edges: Sequence[Edge], kinds: Sequence[str]) -> dict[str, Any]:
    """For each edge its places, the gravest first, and the texts that they point into.

    A page holds `_MOST_PLACES`; beyond that, every edge shows the same number at most, and the page says so.
    """
    most = _most_for_each([len(edge.couplings) for edge in edges])
    texts: dict[str, int] = {}
    places = []
    for edge in edges:
        ranked = sorted(edge.couplings, key=lambda c: (STATUSES.index(status_of(c)), c.sort_key))
        places.append([_place(coupling, kinds, texts) for coupling in ranked[:most]])
    return {"places": places, "texts": list(texts)}


def _place(coupling: Coupling, kinds: Sequence[str], texts: dict[str, int]) -> list[int]:
    """Kind, status and line, then places in `texts`; the evidence only where it says more than the source."""
    said = [coupling.path, coupling.source, coupling.target, coupling.rule or ""]
    said += [coupling.evidence] if coupling.evidence != "static" else []
    numbers = [kinds.index(coupling.kind), STATUSES.index(status_of(coupling)), coupling.line]
    return [*numbers, *(texts.setdefault(text, len(texts)) for text in said)]


def _most_for_each(counts: Sequence[int]) -> int:
    """The most places per edge such that all fit."""
    low, high = 1, max(counts, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) for count in counts) <= _MOST_PLACES:
            low = middle
        else:
            high = middle - 1
    return low
