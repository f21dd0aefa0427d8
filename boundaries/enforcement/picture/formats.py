"""In which formats can the map be drawn? The first is what `boundaries map` prints unless asked otherwise."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from boundaries.enforcement.overview import Overview

FORMATS = ("text", "mermaid", "svg", "html", "json", "backstage")
_BY_ENDING = {
    ".html": "html", ".htm": "html", ".svg": "svg", ".json": "json", ".mmd": "mermaid",
    ".yaml": "backstage", ".yml": "backstage",
}  # fmt: skip


def format_for(output: Path | None, *, chosen: str) -> str:
    """The format in which to write a file: the chosen one, or what its ending says where none was chosen."""
    if output is None or chosen != FORMATS[0]:
        return chosen
    return _BY_ENDING.get(output.suffix.lower(), chosen)


def draw(overview: Overview, *, chosen: str) -> str:
    """The overview in the chosen format."""
    if chosen == "json":
        return json.dumps(overview.as_dict(), indent=2)
    if chosen in {"text", "mermaid"}:
        return _drawer("boundaries.contexts.drawing", chosen)(overview.contexts, overview.edges)
    return _drawer(f"{__package__}.{chosen}", chosen)(overview)


def _drawer(module: str, chosen: str) -> Callable[..., str]:
    # Imported when asked for: every run of every other verb starts without them.
    drawer: Callable[..., str] = getattr(importlib.import_module(module), f"draw_{chosen}")
    return drawer
