"""Is this room installed in the project that a map belongs to? Told without running any of the project's code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from boundaries.contexts.map import ContextMap, load_map

_NAME = b"boundaries.strangler"
_BASE = re.compile(rb"^from\s+(\.*)([\w.]*)\s+import\s+\*", re.MULTILINE)


def is_installed(config: Path | None) -> bool:
    """Whether the running project has this room, or else what its settings' source says."""
    from django.apps import apps

    if apps.ready:
        return apps.is_installed(_NAME.decode())
    return is_in_settings(load_map(config))


def is_in_settings(context_map: ContextMap) -> bool:
    """Whether the source of the settings names this room: those of DJANGO_SETTINGS_MODULE, else the map's.

    Settings that cannot be found are trusted to do so: Django itself will tell what is wrong with them.
    """
    settings = os.environ.get("DJANGO_SETTINGS_MODULE") or context_map.settings
    if not settings:
        return False
    places = [context_map.root, *map(Path, sys.path)]
    path = _find(settings, places)
    return path is None or _is_named(path, settings, places, set())


def _is_named(path: Path, module: str, places: list[Path], seen: set[Path]) -> bool:
    """Whether a settings file or one that it is based on names the room; so may a file beside it."""
    if path in seen:
        return False
    seen.add(path)
    text = path.read_bytes()
    if _NAME in text or any(_NAME in other.read_bytes() for other in path.parent.glob("*.py")):
        return True
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for dots, name in _BASE.findall(text):
        above = package.split(".")[: len(package.split(".")) + 1 - len(dots)] if dots else []
        base = ".".join([*above, *filter(None, [name.decode()])])
        found = _find(base, places)
        if found is not None and _is_named(found, base, places, seen):
            return True
    return False


def _find(module: str, places: Iterable[Path]) -> Path | None:
    inner = Path(*module.split("."))
    candidates = (
        place / end for place in places for end in (inner.with_suffix(".py"), inner / "__init__.py")
    )
    return next((candidate for candidate in candidates if candidate.is_file()), None)
