"""Which Python files and templates does the project have, and what is each for?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Literal

from boundaries.contexts.map import ContextMap

# A package is installed beside the project: read for what the project's models take from it, and not checked.
Purpose = Literal["code", "test", "migration", "template", "package"]

# LC_MESSAGES has one folder for each language and app, and never code.
# A file of that name says that its folder holds no source of the project.
_NOT_SOURCE = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})
_SKIPPED_FOLDERS = frozenset({"LC_MESSAGES", "__pycache__", "node_modules", "site-packages"})
_TEST_FOLDERS = frozenset({"tests", "test", "testing"})
_TEMPLATE_FOLDER = re.compile(r"(?:^|/)(?:templates|jinja2)/")
_TEMPLATE_SUFFIXES = (
    ".html",
    ".txt",
    ".xml",
    ".jinja",
    ".jinja2",
    ".j2",
    ".mjml",
    ".eml",
    ".htm",
    ".svg",
    ".tex",
)
_TEST_MODULE = re.compile(r"^(tests?|conftest|factories|test_.*|.*_tests?|fake_.*)$")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file below the root: its dotted module name and what it is for.

    The module of a template is the package whose folder of templates it lies in; `template` is then its name.
    """

    path: str
    relative: str
    module: str
    is_package: bool
    purpose: Purpose
    template: str = ""


def find_sources(
    context_map: ContextMap, *, entries: Iterable[os.DirEntry[str]] | None = None
) -> list[SourceFile]:
    """Every Python file and template below the map's root, sorted by path; services cut out of the project are
    left out.

    Hidden folders, virtual environments and caches are skipped. A symbolic link to a folder is followed once,
    and never into the tree again, so that a loop ends.

    :param entries: what `walk_sources` found, where that is known.
    """
    excluded = tuple(pattern.rstrip("/") for pattern in context_map.check.exclude)
    files = []
    start = len(str(context_map.root).rstrip(os.sep)) + 1
    for entry in walk_sources(context_map) if entries is None else entries:
        path = entry.path
        relative = path[start:].replace(os.sep, "/")
        if not any(fnmatch(relative, pattern) or fnmatch(relative, f"{pattern}/*") for pattern in excluded):
            files.append(_describe(path, relative, context_map))
    return sorted(files, key=lambda file: file.relative)


def walk_sources(context_map: ContextMap) -> Iterator[os.DirEntry[str]]:
    """The same files as the file system gives them, those that the map excludes among them."""
    root = str(context_map.root)
    skipped = {os.path.realpath(c.service.path) for c in context_map.contexts.values() if c.service}
    return _walk(root, root, skipped, set())


def is_test_module(module: str, context_map: ContextMap) -> bool:
    """Whether a module is test code: by its name and its folders', below the package that a context
    claims.
    """
    parts = module.split(".")
    claimed = 0
    owner = context_map.context_of_module(module)
    if owner is not None:
        packages = context_map.context(owner).packages
        claimed = max(
            (p.count(".") + 1 for p in packages if module == p or module.startswith(f"{p}.")), default=0
        )
    below = parts[claimed:]
    return bool(below) and (not _TEST_FOLDERS.isdisjoint(below) or bool(_TEST_MODULE.match(below[-1])))


def _describe(path: str, relative: str, context_map: ContextMap) -> SourceFile:
    # A file name need not be valid text; reports have to be.
    relative = relative.encode(errors="replace").decode()
    if not relative.endswith(".py"):
        return _describe_template(path, relative, context_map)
    parts = relative.removesuffix(".py").split("/")
    is_package = parts[-1] == "__init__" and len(parts) > 1
    module = ".".join(parts[:-1] if is_package else parts)
    if is_test_module(module, context_map):
        purpose: Purpose = "test"
    else:
        purpose = "migration" if "migrations" in parts[:-1] else "code"
    return SourceFile(path, relative, module, is_package, purpose)


def _describe_template(path: str, relative: str, context_map: ContextMap) -> SourceFile:
    folder, name = _TEMPLATE_FOLDER.split(relative, maxsplit=1)
    module = folder.replace("/", ".")
    purpose: Purpose = "test" if is_test_module(module, context_map) else "template"
    return SourceFile(path, relative, module, False, purpose, name)


def _walk(folder: str, root: str, skipped: set[str], seen: set[str]) -> Iterator[os.DirEntry[str]]:
    folders = []
    for entry in _entries(folder):
        name = entry.name
        if name.endswith(".py"):
            if entry.is_file():
                yield entry
        elif name.endswith(_TEMPLATE_SUFFIXES):
            if _TEMPLATE_FOLDER.search(entry.path, len(root)) and entry.is_file():
                yield entry
        elif _is_folder(entry):
            folders.append(entry)
    # In order, so that of two links to one folder the same is followed on every run.
    for entry in sorted(folders, key=lambda entry: entry.name):
        if _may_enter(entry, root, skipped, seen):
            yield from _walk(entry.path, root, skipped, seen)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What a folder holds; nothing for one that cannot be read, a virtual environment, and what is tagged as a cache."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        return []
    return [] if any(entry.name in _NOT_SOURCE for entry in entries) else entries


def _is_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _SKIPPED_FOLDERS:
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False


def _may_enter(entry: os.DirEntry[str], root: str, skipped: set[str], seen: set[str]) -> bool:
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        inside = os.path.commonpath((real, os.path.realpath(root))) in (os.path.realpath(root), real)
        if inside or real in seen:
            return False
        seen.add(real)
    return not (skipped and os.path.realpath(entry.path) in skipped)
