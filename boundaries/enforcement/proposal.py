"""Which map would suit a project that has none? One context per Django app, all of them open."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.cache import FactCache
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.reader import read_facts, read_texts
from boundaries.errors import BoundaryError

_SETTINGS_DEFAULT = "DJANGO_SETTINGS_MODULE"


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
    """A proposed map, and what it was found from."""

    root: Path
    settings: str | None
    contexts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def as_toml(self, *, prefix: str = "") -> str:
        """The map as TOML; `prefix` is `tool.boundaries.` inside a pyproject.toml."""
        lines = [f"[{prefix.rstrip('.')}]"] if prefix else []
        if self.root.name == "src":
            lines.append('root = "src"')
        if self.settings:
            lines.append(f'settings = "{self.settings}"')
        for name, package in self.contexts:
            lines += ["", f"[{prefix}contexts.{name}]", f'packages = ["{package}"]', 'mode = "open"']
        return "\n".join(lines).lstrip("\n") + "\n"


def propose(folder: Path) -> Proposal:
    """Look for Django apps below a folder, from source alone.

    :raises NothingToPropose: when there is none.
    """
    root = (
        folder / "src"
        if (folder / "src").is_dir() and not (folder / "src" / "__init__.py").exists()
        else folder
    )
    empty = ContextMap(
        path=folder / "boundaries.toml", root=root, baseline=folder, settings=None, contexts={}
    )
    facts = read_facts(read_texts(empty), empty, FactCache(None, root))
    apps = [app for app in Apps(Project(facts)).all() if app.package]
    if not apps:
        raise NothingToPropose(root=str(root))
    clashing = {label for label, count in Counter(app.label for app in apps).items() if count > 1}
    contexts = tuple(
        (app.package.replace(".", "_") if app.label in clashing else app.label, app.package) for app in apps
    )
    settings = _find_settings(folder)
    remarks = [f"root: {root}", f"{len(apps)} Django apps, one context each, all open: nothing fails yet"]
    remarks.append(
        f"settings: {settings} (from manage.py)" if settings else "settings: none found; add `settings`"
    )
    if clashing:
        remarks.append(f"labels used twice, named by package instead: {', '.join(sorted(clashing))}")
    return Proposal(root, settings, contexts, tuple(remarks))


def write_proposal(proposal: Proposal, folder: Path) -> Path:
    """Write a proposal: into the folder's `pyproject.toml` if there is one, else as `boundaries.toml`.

    :raises MapExists: when the folder has a map.
    """
    pyproject = folder / "pyproject.toml"
    alone = folder / "boundaries.toml"
    if alone.exists():
        raise MapExists(path=str(alone))
    if not pyproject.is_file():
        alone.write_text(proposal.as_toml(), encoding="utf-8")
        return alone
    text = pyproject.read_text(encoding="utf-8")
    if "[tool.boundaries" in text:
        raise MapExists(path=str(pyproject))
    pyproject.write_text(
        f"{text.rstrip()}\n\n{proposal.as_toml(prefix='tool.boundaries.')}", encoding="utf-8"
    )
    return pyproject


def _find_settings(folder: Path) -> str | None:
    """The settings module that `manage.py` sets by default."""
    try:
        tree = ast.parse((folder / "manage.py").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(texts) == 2 and texts[0] == _SETTINGS_DEFAULT:
                return texts[1]
    return None
