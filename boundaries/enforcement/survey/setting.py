"""Which settings modules does the project have, and which one would a person start it with?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.claim import module_exists
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.tree import SourceFile
from boundaries.enforcement.survey.tree import Tree

# What names a settings module, the most telling first.
_NAMERS = (
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "celery.py",
    "pyproject.toml",
    "pytest.ini",
    "setup.cfg",
    "tox.ini",
)
_NAMED = re.compile(rb"""DJANGO_SETTINGS_MODULE["']?\s*(?:\]\s*=|,|=|:)\s*["']?([A-Za-z_][\w.]*)""")
_DEFINES = re.compile(rb"^INSTALLED_APPS\b", re.MULTILINE)
_EXTENDS = re.compile(rb"^from \S*(?:settings|base|common|defaults?)\S* import \*", re.MULTILINE)
_SETTINGS_NAME = re.compile(r"(?:^|\.)\w*(?:settings|config|conf)\w*(?:\.\w+)?$")


@dataclass(frozen=True)
class SettingsModule:
    """One settings module, and what speaks for it."""

    name: str
    reason: str
    is_named: bool
    exists: bool = True


def find_settings(tree: Tree, root: Path) -> list[SettingsModule]:
    """The settings modules of a project, best first: those that something names, then those that look like one."""
    found: dict[str, SettingsModule] = {}
    for namer, name in _named(tree, root):
        found.setdefault(name, SettingsModule(name, f"{namer} names it", True, module_exists(root, name)))
    for file in tree.files:
        module = _module_below(file, tree.folder, root)
        if (
            module
            and module not in found
            and (reason := _looks_like_settings(module, tree.text(file.relative)))
        ):
            found[module] = SettingsModule(module, reason, is_named=False)
    return list(found.values())


def installed_apps(tree: Tree) -> frozenset[str]:
    """Every string that a settings module lists under a name that ends with `APPS`."""
    listed: set[str] = set()
    for file in tree.files:
        content = tree.text(file.relative)
        if b"INSTALLED_APPS" in content:
            statements, _ = parse(content)
            for statement in statements:
                listed.update(_listed(statement))
    return frozenset(listed)


def _named(tree: Tree, root: Path) -> Iterator[tuple[str, str]]:
    above = [folder for folder in (root, *root.parents) if folder.is_relative_to(tree.folder)]
    inside = [
        tree.folder / file.relative
        for file in tree.files
        if (tree.folder / file.relative).is_relative_to(root)
    ]
    for namer in _NAMERS:
        places = [folder / namer for folder in above] + [path for path in inside if path.name == namer]
        for place in sorted(dict.fromkeys(places), key=lambda path: len(path.parts)):
            relative = place.relative_to(tree.folder).as_posix()
            for name in _NAMED.findall(tree.text(relative)):
                yield relative, name.decode()


def _looks_like_settings(module: str, content: bytes) -> str:
    if not _SETTINGS_NAME.search(module):
        return ""
    if _DEFINES.search(content):
        return "it defines INSTALLED_APPS"
    is_variant = ".settings." in f".{module}" or module.rpartition(".")[2].startswith("settings_")
    return "it extends another" if is_variant and _EXTENDS.search(content) else ""


def _module_below(file: SourceFile, folder: Path, root: Path) -> str:
    below = (folder / file.relative).with_suffix("")
    if not below.is_relative_to(root):
        return ""
    parts = below.relative_to(root).parts
    return ".".join(parts[:-1] if file.is_package else parts)


def _listed(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=value)
            | ast.AugAssign(target=ast.Name(id=name), value=value)
        ):
            pass
        case _:
            return
    if name.endswith("APPS") and value is not None:
        for node in ast.walk(value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
