"""Where does the host of the repository look for a file? Not below the map's root, but below the checkout."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def in_repository(path: str, root: Path) -> str:
    """A path below the root of the map (or an absolute one), seen from the folder of the checkout.

    That folder is the nearest one upwards with a `.git`; without one, the root itself. What lies outside it
    keeps its path.
    """
    top = _top_of(root)
    absolute = os.path.normpath(root / path)
    if os.path.commonpath((absolute, top)) != top:
        return path
    return os.path.relpath(absolute, top).replace(os.sep, "/")


@cache
def _top_of(root: Path) -> str:
    folders = (root, *root.parents)
    return os.path.normpath(next((folder for folder in folders if (folder / ".git").exists()), root))
