"""From which folder are the project's packages imported?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from boundaries.enforcement.survey.tree import Tree

_NAME = re.compile(rb"""^\s+name\s*(?::[^=\n]+)?=\s*["']([\w.]+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class ImportRoot:
    """The folder that most apps are imported from, and how many apps are imported from each other such folder."""

    path: Path
    others: Mapping[str, int]


def find_root(tree: Tree, installed: Iterable[str]) -> ImportRoot:
    """Where the dotted names begin: as the `AppConfig` says, else as the settings list it, else above the topmost
    `__init__.py`.
    """
    packages = {str(PurePosixPath(f.relative).parent) for f in tree.files if f.is_package}
    listed = {name for entry in installed for name in (entry, entry.partition(".apps.")[0])}
    votes: Counter[str] = Counter()
    for folder, config in _app_folders(tree).items():
        said = {name.decode() for name in _NAME.findall(tree.text(config))} if config else set()
        votes[
            _root_by_name(folder, said) or _root_by_name(folder, listed) or _root_by_init(folder, packages)
        ] += 1
    if not votes:
        return ImportRoot(tree.folder, {})
    best = min(votes, key=lambda root: (-votes[root], root.count("/"), root))
    # An odd one out inside a package of the chosen root is no other project.
    others = {root: count for root, count in sorted(votes.items()) if root != best and root not in packages}
    return ImportRoot(tree.folder / best, others)


def _app_folders(tree: Tree) -> dict[str, str]:
    """Every folder that looks like a Django app, with the path of its `apps.py` or nothing."""
    found: dict[str, str] = {}
    for file in tree.files:
        path = PurePosixPath(file.relative)
        folder = path.parent.parent if path.parent.name in {"models", "migrations"} else path.parent
        is_marker = path.name in {"apps.py", "models.py"} or folder != path.parent
        if is_marker and str(folder) != ".":
            found[str(folder)] = file.relative if path.name == "apps.py" else found.get(str(folder), "")
    return found


def _root_by_name(folder: str, names: Iterable[str]) -> str:
    dotted = f".{folder.replace('/', '.')}"
    fitting = max((name for name in names if dotted.endswith(f".{name}")), key=len, default="")
    return "/".join(folder.split("/")[: -(fitting.count(".") + 1)]) or "." if fitting else ""


def _root_by_init(folder: str, packages: set[str]) -> str:
    place = PurePosixPath(folder)
    while str(place) in packages and str(place) != ".":
        place = place.parent
    return str(place) if str(place) != folder else str(place.parent)
