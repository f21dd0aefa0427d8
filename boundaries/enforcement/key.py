"""What does the result of a run depend on?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from boundaries import __version__
from boundaries.contexts.map import ContextMap

# What of the kit decides a result.
_ROOMS = ("contexts", "enforcement")


def result_key(files: str, context_map: ContextMap) -> str:
    """One hash over all of it: what is known of the `files`, the map, this Python and the kit."""
    digest = blake2b(digest_size=16)
    said = (path.read_text(encoding="utf-8", errors="replace") for path in context_map.files)
    for part in (files, *said, repr(context_map), __version__, sys.version, *_kit()):
        digest.update(part.encode(errors="replace") + b"\0")
    return digest.hexdigest()


def _kit() -> Iterator[str]:
    """Names and sizes of the kit's own files: for those who change it without a new version."""
    folder = Path(__file__).parents[1]
    for room in _ROOMS:
        yield from _sizes(str(folder / room))


def _sizes(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                yield f"{entry.name}:{entry.stat().st_size}"
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _sizes(entry.path)
