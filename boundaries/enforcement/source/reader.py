"""What do all files say? One streaming pass; only files that changed are parsed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.cache import FactCache, content_key
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.template import extract_template
from boundaries.enforcement.source.tree import SourceFile, find_sources


@dataclass(frozen=True)
class SourceText:
    """All files with their keys, before anything is parsed; `digest` is one hash over names and contents."""

    files: tuple[tuple[SourceFile, str], ...]
    digest: str
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProjectFacts:
    """The facts of every file, in path order, and what could not be read."""

    files: tuple[tuple[SourceFile, FileFacts], ...]
    unreadable: tuple[str, ...] = ()

    @property
    def problems(self) -> list[str]:
        """One line per file that could not be read, wholly or in part."""
        partly = [f"{file.relative}: {facts.problem}" for file, facts in self.files if facts.problem]
        return sorted([*self.unreadable, *partly])


def read_texts(context_map: ContextMap) -> SourceText:
    """Find the project's files and hash them. Test code is left out unless the map asks for it."""
    files: list[tuple[SourceFile, str]] = []
    unreadable: list[str] = []
    digest = blake2b(digest_size=16)
    for file in find_sources(context_map):
        if file.purpose == "test" and not context_map.check.tests:
            continue
        try:
            key = _key(Path(file.path).read_bytes(), file, context_map)
        except OSError as error:
            unreadable.append(f"{file.relative}: {error.strerror or error}")
            continue
        files.append((file, key))
        digest.update(f"{file.relative}\0{key}\0".encode())
    return SourceText(tuple(files), digest.hexdigest(), tuple(unreadable))


def read_facts(text: SourceText, context_map: ContextMap, cache: FactCache) -> ProjectFacts:
    """The facts of every file: from the cache where its content is known, else parsed now."""
    read: list[tuple[SourceFile, FileFacts]] = []
    with _without_collector():
        for file, key in text.files:
            facts = cache.facts(key)
            if facts is None:
                facts = _extract(file, context_map)
            read.append((file, facts))
    return ProjectFacts(tuple(read), text.unreadable)


def _extract(file: SourceFile, context_map: ContextMap) -> FileFacts:
    try:
        content = Path(file.path).read_bytes()
    except OSError as error:
        return FileFacts(problem=error.strerror or str(error))
    if file.template:
        return extract_template(content)
    return extract(content, loaders=context_map.check.loaders, is_door=_is_door(file, context_map))


def _key(content: bytes, file: SourceFile, context_map: ContextMap) -> str:
    if file.template:
        return content_key(content, "template")
    return content_key(content, *context_map.check.loaders, "door" if _is_door(file, context_map) else "")


def _is_door(file: SourceFile, context_map: ContextMap) -> bool:
    owner = context_map.context_of_module(file.module)
    return owner is not None and context_map.context(owner).is_public(file.module)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Trees die by reference count; the collector would walk them all again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
