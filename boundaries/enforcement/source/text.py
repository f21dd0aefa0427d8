"""Which files are there to read, and what is in them? Only hashed here; nothing is parsed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.cache import content_key
from boundaries.enforcement.source.tree import SourceFile, find_sources


@dataclass(frozen=True)
class SourceText:
    """All files with their keys, before anything is parsed; `digest` is one hash over names and contents."""

    files: tuple[tuple[SourceFile, str], ...]
    digest: str
    unreadable: tuple[str, ...] = ()


def find_texts(context_map: ContextMap) -> SourceText:
    """Find the project's files for a run that keeps nothing: none is hashed, all keys are empty."""
    return SourceText(tuple((file, "") for file in _chosen(context_map, None)), "")


def read_texts(context_map: ContextMap, *, entries: Iterable[os.DirEntry[str]] | None = None) -> SourceText:
    """Find the project's files and hash them. Test code is left out unless the map asks for it."""
    files: list[tuple[SourceFile, str]] = []
    unreadable: list[str] = []
    digest = blake2b(digest_size=16)
    for file in _chosen(context_map, entries):
        try:
            key = _key(content_of(file), file, context_map)
        except OSError as error:
            unreadable.append(f"{file.relative}: {error.strerror or error}")
            continue
        files.append((file, key))
        digest.update(f"{file.relative}\0{key}\0".encode())
    return SourceText(tuple(files), digest.hexdigest(), tuple(unreadable))


def content_of(file: SourceFile) -> bytes:
    """What a file holds; in half the time that a path object takes.

    :raises OSError: when it cannot be read.
    """
    with open(file.path, "rb", buffering=0) as stream:  # noqa: PTH123 - thousands of files
        return stream.read()


def _chosen(context_map: ContextMap, entries: Iterable[os.DirEntry[str]] | None) -> Iterator[SourceFile]:
    for file in find_sources(context_map, entries=entries):
        if file.purpose != "test" or context_map.check.tests:
            yield file


def is_door(file: SourceFile, context_map: ContextMap) -> bool:
    """Whether the module is one through which others may come."""
    owner = context_map.context_of_module(file.module)
    return owner is not None and context_map.context(owner).is_public(file.module)


def _key(content: bytes, file: SourceFile, context_map: ContextMap) -> str:
    if file.template:
        return content_key(content, "template")
    return content_key(content, *context_map.check.loaders, "door" if is_door(file, context_map) else "")
