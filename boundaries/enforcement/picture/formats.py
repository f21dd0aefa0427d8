"""In which formats can the map be drawn? The first is what `boundaries map` prints unless asked otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from boundaries.contexts.drawing import draw_mermaid, draw_text
from boundaries.enforcement.overview import Overview
from boundaries.enforcement.picture.backstage import draw_backstage
from boundaries.enforcement.picture.html import draw_html
from boundaries.enforcement.picture.svg import draw_svg

DRAWINGS: Mapping[str, Callable[[Overview], str]] = {
    "text": lambda overview: draw_text(overview.contexts, overview.edges),
    "mermaid": lambda overview: draw_mermaid(overview.contexts, overview.edges),
    "svg": draw_svg,
    "html": draw_html,
    "json": lambda overview: json.dumps(overview.as_dict(), indent=2),
    "backstage": draw_backstage,
}
