"""Which map would suit a project that has none? One context per Django app, all of them open."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundaries.contexts.claim import is_importable
from boundaries.contexts.source import MapNotFound, read_source
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.reader import ProjectFacts, read_project
from boundaries.enforcement.survey.app import FoundApp, find_apps
from boundaries.enforcement.survey.root import ImportRoot, find_root
from boundaries.enforcement.survey.setting import SettingsModule, find_settings, installed_apps
from boundaries.enforcement.survey.tree import Tree, look_at, undeclared
from boundaries.enforcement.wording import counted
from boundaries.errors import BoundaryError

_BARE_KEY = re.compile(r"^[A-Za-z0-9_-]+$")
_MOST_NAMED = 5


class NothingToPropose(BoundaryError):
    """Raised when no Django app is found."""

    code = "BD294"
    problem = "No Django app was found under {root}: no AppConfig, no models module, no migrations."
    remedy = "Run `boundaries init` in the folder that holds manage.py, or write the map by hand."


class MapExists(BoundaryError):
    """Raised when a map would be overwritten."""

    code = "BD295"
    problem = "{path} holds a context map already."
    remedy = "Edit it, or remove it first."


@dataclass(frozen=True)
class Proposal:
    """A proposed map, and what it was found from. `remarks` say what was found and why, one line each.

    `facts` are those of every file, for whoever goes on reading.
    """

    folder: Path
    root: Path
    settings: str | None
    contexts: tuple[tuple[str, FoundApp], ...]
    exclude: tuple[str, ...]
    remarks: tuple[str, ...]
    facts: ProjectFacts = field(repr=False, compare=False)

    def as_toml(self, *, prefix: str = "") -> str:
        """The map as TOML; `prefix` is `tool.boundaries.` inside a pyproject.toml."""
        lines = [f"[{prefix.rstrip('.')}]"] if prefix else []
        if self.root != self.folder:
            lines.append(f"root = {_text(os.path.relpath(self.root, self.folder).replace(os.sep, '/'))}")
        if self.settings:
            lines.append(f"settings = {_text(self.settings)}")
        if self.exclude:
            lines += ["", f"[{prefix}check]", f"exclude = {_text(list(self.exclude))}"]
        for name, app in self.contexts:
            key = name if _BARE_KEY.match(name) else _text(name)
            lines += ["", f"[{prefix}contexts.{key}]", f"packages = [{_text(app.package)}]", 'mode = "open"']
        return "\n".join(lines).lstrip("\n") + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of a proposal."""
        return {
            "schema": 1,
            "root": os.path.relpath(self.root, self.folder).replace(os.sep, "/"),
            "settings": self.settings,
            "contexts": {name: {"packages": [app.package], "mode": "open"} for name, app in self.contexts},
            "exclude": list(self.exclude),
            "apps": [
                {"package": app.package, "label": app.label, "context": name, "reason": app.reason}
                for name, app in self.contexts
            ],
            "remarks": list(self.remarks),
        }


def propose(folder: Path, *, cache_folder: Path | None = None) -> Proposal:
    """Look for import root, settings and Django apps below a folder, from source alone.

    :raises NothingToPropose: when there is no app.
    """
    folder = folder.resolve()
    tree = look_at(folder)
    installed = installed_apps(tree)
    root = find_root(tree, installed)
    settings = find_settings(tree, root.path)
    left_out = _left_out(tree, root.path)
    empty = undeclared(root.path, exclude=tuple(left_out))
    facts = read_project(empty, cache_folder=cache_folder)
    found = find_apps(Project(facts), installed)
    foreign = [_below(folder / other, root.path) for other in root.others]
    ours = [app for app in found if not _lies_in(app, foreign)]
    apps = [app for app in ours if is_importable(app.package)]
    if not apps:
        raise NothingToPropose(root=str(root.path))
    chosen = next((module.name for module in settings if module.is_named), None)
    if chosen is None and len(settings) == 1:
        chosen = settings[0].name
    remarks = (
        *_said_of_root(root, folder),
        _said_of_apps(apps),
        *_said_of_labels(apps),
        *_said_of_settings(settings, chosen),
        *(f"left out: {path}: {reason}" for path, reason in left_out.items()),
        *(f"left out: {app.package}: no `import` can name it" for app in ours if app not in apps),
    )
    return Proposal(folder, root.path, chosen, tuple(_named(apps)), tuple(left_out), remarks, facts)


def write_proposal(proposal: Proposal, *, file: Path | None = None) -> Path:
    """Write a proposal: into `file`; without it into the folder's `pyproject.toml` if there is one, else as
    `boundaries.toml`.

    :raises MapExists: when the folder has a map, or the file is there.
    :raises MapUnreadable: when there is a `pyproject.toml` that is no TOML.
    """
    pyproject = proposal.folder / "pyproject.toml"
    alone = proposal.folder / (file.name if file and file.name != pyproject.name else "boundaries.toml")
    if alone.exists():
        raise MapExists(path=str(alone))
    if not pyproject.is_file() or (file and file.name == alone.name):
        alone.write_text(proposal.as_toml(), encoding="utf-8")
        return alone
    if _has_map(pyproject):
        raise MapExists(path=str(pyproject))
    before = pyproject.read_bytes().rstrip()
    added = proposal.as_toml(prefix="tool.boundaries.").encode()
    pyproject.write_bytes(before + b"\n\n" + added if before else added)
    return pyproject


def _has_map(pyproject: Path) -> bool:
    try:
        read_source(pyproject)
    except MapNotFound:
        return False
    return True


def _left_out(tree: Tree, root: Path) -> dict[str, str]:
    """What a check should leave out, relative to the root, and why."""
    below = {
        _below(tree.folder / path, root, separator="/"): reason for path, reason in tree.left_out.items()
    }
    return {path: reason for path, reason in below.items() if path}


def _below(folder: Path, root: Path, *, separator: str = ".") -> str:
    return separator.join(folder.relative_to(root).parts) if folder.is_relative_to(root) else ""


def _lies_in(app: FoundApp, packages: Sequence[str]) -> bool:
    return any(package and app.package.startswith(f"{package}.") for package in packages)


def _named(apps: Sequence[FoundApp]) -> Iterator[tuple[str, FoundApp]]:
    """Each app with the name of its context: its label, or its package where labels clash."""
    labels = Counter(app.label for app in apps)
    taken: set[str] = set()
    for app in apps:
        name = app.label if labels[app.label] == 1 else app.package.replace(".", "_")
        name = name if name not in taken else app.package
        taken.add(name)
        yield name, app


def _said_of_root(root: ImportRoot, folder: Path) -> Iterator[str]:
    place = folder if root.path == folder else root.path.relative_to(folder)
    yield f"root: {place} (packages are imported from there)"
    for other, count in root.others.items():
        yield f"left out: {counted(count, 'app')} imported from {other}: run `boundaries init` there too"


def _said_of_apps(apps: Sequence[FoundApp]) -> str:
    reasons = ", ".join(
        f"{count} by {reason}" for reason, count in Counter(app.reason for app in apps).most_common()
    )
    each = "one context each" if len(apps) > 1 else "one context"
    return f"{counted(len(apps), 'Django app')} ({reasons}), {each}, all open: nothing fails yet"


def _said_of_labels(apps: Sequence[FoundApp]) -> Iterator[str]:
    labels = Counter(app.label for app in apps)
    clashing = sorted(label for label, count in labels.items() if count > 1)
    if clashing:
        yield f"labels used twice, named by package instead: {', '.join(clashing)}"
    other = [app for app in apps if app.label != app.package.rpartition(".")[2] and app.label not in clashing]
    if other:
        shown = ", ".join(f"{app.label} is {app.package}" for app in other[:_MOST_NAMED])
        more = f" and {len(other) - _MOST_NAMED} more" if len(other) > _MOST_NAMED else ""
        yield f"named by their label: {shown}{more}"


def _said_of_settings(settings: Sequence[SettingsModule], chosen: str | None) -> Iterator[str]:
    others = [module for module in settings if module.name != chosen]
    if chosen:
        module = next(module for module in settings if module.name == chosen)
        missing = "" if module.exists else ", but it does not lie below the root"
        yield f"settings: {chosen} ({module.reason}{missing})"
    elif not others:
        yield "settings: none found; add `settings` for the verbs that start Django"
    else:
        yield "settings: nothing says which; add `settings` for the verbs that start Django"
    if others:
        shown = ", ".join(f"{module.name} ({module.reason})" for module in others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        yield f"{'other ' if chosen else ''}settings modules: {shown}{more}"


def _text(value: Any) -> str:
    # JSON strings and lists are TOML too.
    return json.dumps(value, ensure_ascii=False)
