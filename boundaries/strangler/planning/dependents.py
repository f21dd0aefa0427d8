"""Who outside a context depends on it without being a coupling of running code?

Tests, factories and fixtures are work of their own; permissions and cache keys are names that two sides agree on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from boundaries.contexts.map import Context, ContextMap
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.facts import Item, Place

_FIXTURES = (".json", ".yaml", ".yml", ".xml", ".jsonl")
_TEMPLATES = (".html", ".txt", ".xml", ".jinja", ".jinja2", ".j2", ".eml")
_NOT_SOURCE = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "locale"})
_LARGEST_FIXTURE_BYTES = 20_000_000
_SHORTEST_KEY = 4
_CALL_OF_CACHE = rb"caches?(?:\[[^\]]*\])?\.\w+\(\s*f?"


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
    """Test code of others that imports the context past its door or names its models.

    Only files with its name in them are parsed.
    """
    names = {package.rpartition(".")[2] for package in context.packages} | set(labels)
    named = re.compile(rb"\b(?:%s)\b" % _any_of(names))
    model = re.compile(rb"""["'](?:%s)(?:\.[A-Z]\w*["']|["'],\s*["'][A-Z])""" % _any_of(labels))
    for file in tree.files.values():
        if file.purpose != "test" or tree.map.context_of_module(file.module) == context.name:
            continue
        content = _read(file.path)
        if not named.search(content):
            continue
        lines = [
            item.line
            for item in tree.imports_of(file)
            if (module := tree.resolve(item)) is not None
            and tree.map.context_of_module(module) == context.name
            and not context.is_public(module)
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
    walk = re.compile(rb"\.(?P<name>%s)\.(?:all|count|exists|first|last)\b" % _any_of(accessors))
    for path in _files_in(tree.map.root, "templates", _TEMPLATES):
        relative = path.relative_to(tree.map.root)
        folder = ".".join(relative.parts[: relative.parts.index("templates")])
        if tree.map.context_of_module(folder) != context.name:
            content = _read(str(path))
            for found in walk.finditer(content):
                name = found["name"].decode()
                yield Item("template elsewhere", name, Place(relative.as_posix(), _line_of(content, found)))


def _files_in(root: Path, name: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The files below folders of a name; virtual environments and caches are not the project's."""
    for folder, folders, files in os.walk(root):
        if not _NOT_SOURCE.isdisjoint(files):
            folders.clear()
            continue
        folders[:] = [inner for inner in folders if not inner.startswith(".") and inner not in _SKIPPED]
        if name in Path(folder).relative_to(root).parts:
            yield from (Path(folder, file) for file in sorted(files) if file.endswith(suffixes))


def _line_of(content: bytes, found: re.Match[bytes]) -> int:
    return content.count(b"\n", 0, found.start()) + 1


def _fixtures(context_map: ContextMap, context: Context, labels: list[str]) -> Iterator[Item]:
    if not labels:
        return
    row = re.compile(rb"""model["']?\s*[:=]\s*["']?(?:%s)\.""" % _any_of(labels))
    for path in _files_in(context_map.root, "fixtures", _FIXTURES):
        relative = path.relative_to(context_map.root)
        owner = context_map.context_of_module(".".join(relative.parts[: relative.parts.index("fixtures")]))
        if owner == context.name or path.stat().st_size > _LARGEST_FIXTURE_BYTES:
            continue
        content = _read(str(path))
        if found := row.search(content):
            yield Item("fixture elsewhere", path.name, Place(relative.as_posix(), _line_of(content, found)))


def _named(tree: SourceTree, context: Context, labels: list[str], moved: Iterable[Item]) -> Iterator[Item]:
    """Strings elsewhere that name a permission of the context's models, or a cache key that it uses too.

    In code of nobody, such as settings, also those that name its modules and tasks: the lint sees only contexts.
    """
    items = list(moved)
    keys = {item.name.removesuffix("…") for item in items if item.kind == "cache key"}
    keys = {key for key in keys if len(key) >= _SHORTEST_KEY and " " not in key}
    tasks = {item.name for item in items if item.kind == "task"}
    shared = {
        "permission": rb"(?:%s)\.(?:add|change|delete|view)_\w+" % _any_of(labels) if labels else b"",
        "cache_key": _any_of(keys),
    }
    nobodys = {
        **shared,
        "task": _any_of(tasks),
        "dotted_path": rb"(?:%s)\.[\w.]+" % _any_of(context.packages),
    }
    among_others, among_nobodys = _strings(shared), _strings(nobodys)
    for file in tree.files.values():
        owner = tree.map.context_of_module(file.module)
        pattern = among_nobodys if owner is None else among_others
        if file.purpose != "code" or owner == context.name or pattern is None:
            continue
        content = _read(file.path)
        for found in pattern.finditer(content):
            kind = (found.lastgroup or "").replace("_", " ")
            text = found.group(found.lastgroup or 0).decode(errors="replace")
            yield Item(f"{kind} elsewhere", text, Place(file.relative, _line_of(content, found)))


def _strings(wanted: Mapping[str, bytes]) -> re.Pattern[bytes] | None:
    """A pattern for strings that begin so, each kind a group of its name; None where nothing is wanted.

    A cache key is an everyday word: only where a cache is called does it mean one.
    """
    groups = [
        b"%s[\"'](?P<%s>%s)" % (_CALL_OF_CACHE if kind == "cache_key" else b"", kind.encode(), pattern)
        for kind, pattern in wanted.items()
        if pattern
    ]
    return re.compile(b"|".join(groups)) if groups else None


def _any_of(texts: Iterable[str]) -> bytes:
    return b"|".join(re.escape(text.encode()) for text in sorted(texts))


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
