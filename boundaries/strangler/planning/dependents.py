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
_TEMPLATES = (".html", ".txt", ".xml", ".jinja", ".jinja2", ".j2", ".eml")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "locale"})
_LARGEST_FIXTURE_BYTES = 20_000_000
_SHORTEST_KEY = 4


def list_dependents(
    tree: SourceTree, context: Context, *,
    labels: Iterable[str], accessors: Iterable[str], moved: Iterable[Item],
) -> list[Item]:  # fmt: skip
    """Test modules, factories, fixtures, templates, permissions and cache keys elsewhere that mean this context.

    `labels` are the app labels of its models, `accessors` the names that lead to them from models of others, `moved`
    what moves with it.
    """
    known = sorted(set(labels))
    found = [*_tests(tree, context, known), *_fixtures(tree.map, context, known)]
    found += _templates(tree, context, sorted(set(accessors)))
    found += _named(tree, context, known, moved)
    return sorted(set(found), key=lambda item: (item.kind, str(item.place), item.name))


def _tests(tree: SourceTree, context: Context, labels: list[str]) -> Iterator[Item]:
    """Test code of others that imports the context or names its models; only files with its name in them are parsed."""
    names = {package.rpartition(".")[2] for package in context.packages} | set(labels)
    named = re.compile(rb"\b(?:%s)\b" % b"|".join(map(re.escape, _as_bytes(sorted(names)))))
    model = re.compile(
        rb"""["'](?:%s)(?:\.[A-Z]\w*["']|["'],\s*["'][A-Z])""" % b"|".join(map(re.escape, _as_bytes(labels)))
    )
    for file in tree.files.values():
        if file.purpose != "test" or tree.map.context_of_module(file.module) == context.name:
            continue
        content = _read(file.path)
        if not named.search(content):
            continue
        lines = [
            item.line
            for item in tree.imports_of(file)
            if tree.map.context_of_module(tree.resolve(item) or "") == context.name
        ]
        if labels and (found := model.search(content)):
            lines.append(_line_of(content, found))
        if lines:
            kind = "factory elsewhere" if "factor" in file.module else "test module elsewhere"
            yield Item(kind, file.module, Place(file.relative, min(lines)))


def _templates(tree: SourceTree, context: Context, accessors: list[str]) -> Iterator[Item]:
    """Templates of others that walk from their own rows to this context's."""
    if not accessors:
        return
    walk = re.compile(
        rb"\.(?P<name>%s)\.(?:all|count|exists|first|last)\b"
        % b"|".join(map(re.escape, _as_bytes(accessors)))
    )
    for path in _template_files(tree.map.root):
        relative = path.relative_to(tree.map.root)
        folder = ".".join(relative.parts[: relative.parts.index("templates")])
        if tree.map.context_of_module(folder) != context.name:
            content = _read(str(path))
            for found in walk.finditer(content):
                name = found["name"].decode()
                yield Item("template elsewhere", name, Place(relative.as_posix(), _line_of(content, found)))


def _template_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        if "templates" in Path(folder).relative_to(root).parts:
            yield from (Path(folder, name) for name in sorted(files) if name.endswith(_TEMPLATES))


def _line_of(content: bytes, found: re.Match[bytes]) -> int:
    return content.count(b"\n", 0, found.start()) + 1


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
                line = _line_of(content, found)
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
            line = _line_of(content, found)
            text = found.group(found.lastgroup or 0).decode(errors="replace")
            yield Item(kind, text, Place(file.relative, line))


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _as_bytes(texts: Iterable[str]) -> list[bytes]:
    return [text.encode() for text in texts]
