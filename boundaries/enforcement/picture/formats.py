"""In which formats can the map be drawn? The first is what `boundaries map` prints unless asked otherwise."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boundaries.enforcement.overview import Overview

FORMATS = ("text", "mermaid", "svg", "html", "json", "backstage")


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
