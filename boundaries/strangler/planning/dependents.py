"""Who outside a context depends on it without being a coupling of running code?

Tests, factories and fixtures are work of their own; permissions and cache keys are names that two sides agree on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from boundaries.contexts.map import Context, ContextMap
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.facts import Item, Place

_FIXTURES = (".json", ".yaml", ".yml", ".xml", ".jsonl")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "locale"})
_LARGEST_FIXTURE_BYTES = 20_000_000
_SHORTEST_KEY = 4


def list_dependents(
    tree: SourceTree, context: Context, *, labels: Iterable[str], moved: Iterable[Item]
) -> list[Item]:
    """Test modules, factories, fixtures, permissions and cache keys elsewhere that mean this context.

    `labels` are the app labels of its models, `moved` what moves with it.
    """
    known = sorted(set(labels))
    found = [*_tests(tree, context), *_fixtures(tree.map, context, known)]
    found += _named(tree, context, known, moved)
    return sorted(set(found), key=lambda item: (item.kind, str(item.place), item.name))


def _tests(tree: SourceTree, context: Context) -> Iterator[Item]:
    """Test code of others that imports the context; only files that have its name in them are parsed."""
    names = {package.rpartition(".")[2] for package in context.packages}
    named = re.compile(rb"\b(?:%s)\b" % b"|".join(map(re.escape, _as_bytes(sorted(names)))))
    for file in tree.files.values():
        if file.purpose != "test" or tree.map.context_of_module(file.module) == context.name:
            continue
        if not named.search(_read(file.path)):
            continue
        lines = [
            item.line
            for item in tree.imports_of(file)
            if tree.map.context_of_module(tree.resolve(item) or "") == context.name
        ]
        if lines:
            kind = "factory elsewhere" if "factor" in file.module else "test module elsewhere"
            yield Item(kind, file.module, Place(file.relative, min(lines)))


def _fixtures(context_map: ContextMap, context: Context, labels: list[str]) -> Iterator[Item]:
    if not labels:
        return
    row = re.compile(rb"""model["']?\s*[:=]\s*["']?(?:%s)\.""" % b"|".join(map(re.escape, _as_bytes(labels))))
    root = str(context_map.root)
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        if os.path.basename(folder) != "fixtures":  # noqa: PTH119 - a walk of every folder
            continue
        for path in (Path(folder, name) for name in files if name.endswith(_FIXTURES)):
            relative = path.relative_to(root)
            owner = context_map.context_of_module(".".join(relative.parts[:-2]))
            if owner == context.name or path.stat().st_size > _LARGEST_FIXTURE_BYTES:
                continue
            if found := row.search(content := path.read_bytes()):
                line = content.count(b"\n", 0, found.start()) + 1
                yield Item("fixture elsewhere", path.name, Place(relative.as_posix(), line))


def _named(tree: SourceTree, context: Context, labels: list[str], moved: Iterable[Item]) -> Iterator[Item]:
    """Strings elsewhere that name a permission of the context's models, or a cache key that it uses too."""
    keys = {item.name.removesuffix("…") for item in moved if item.kind == "cache key"}
    wanted = [
        rb"(?P<permission>(?:%s)\.(?:add|change|delete|view)_\w+)"
        % b"|".join(map(re.escape, _as_bytes(labels)))
    ]
    if keys := {key for key in keys if len(key) >= _SHORTEST_KEY and " " not in key}:
        wanted.append(rb"(?P<key>%s)" % b"|".join(map(re.escape, _as_bytes(sorted(keys)))))
    if not labels and not keys:
        return
    name = re.compile(rb"""["'](?:%s)""" % b"|".join(wanted if labels else wanted[1:]))
    for file in tree.files.values():
        if file.purpose != "code" or tree.map.context_of_module(file.module) == context.name:
            continue
        content = _read(file.path)
        for found in name.finditer(content):
            kind = "permission elsewhere" if found.lastgroup == "permission" else "cache key elsewhere"
            line = content.count(b"\n", 0, found.start()) + 1
            text = found.group(found.lastgroup or 0).decode(errors="replace")
            yield Item(kind, text, Place(file.relative, line))


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _as_bytes(texts: Iterable[str]) -> list[bytes]:
    return [text.encode() for text in texts]
