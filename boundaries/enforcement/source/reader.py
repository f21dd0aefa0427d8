"""What do all files say? One streaming pass; only files that changed are parsed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.collector import without_collector
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.template import extract_template
from boundaries.enforcement.source.text import SourceText, content_of, is_door, read_texts
from boundaries.enforcement.source.tree import SourceFile


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


@without_collector()
def read_facts(text: SourceText, context_map: ContextMap, cache: Cache) -> ProjectFacts:
    """The facts of every file: from the cache where its content is known, else parsed now."""
    read: list[tuple[SourceFile, FileFacts]] = []
    for file, key in text.files:
        facts = cache.facts(key)
        if facts is None:
            facts = _extract(file, context_map)
        read.append((file, facts))
    return ProjectFacts(tuple(read), text.unreadable)


def read_project(context_map: ContextMap, *, cache_folder: Path | None = None) -> ProjectFacts:
    """The facts of every file below a map's root. Nothing of the project is imported or run; what had to be parsed is
    kept for the next run of any verb.
    """
    cache = Cache(cache_folder, context_map.root)
    text = read_texts(context_map)
    facts = read_facts(text, context_map, cache)
    said = facts_by_key(text, facts)
    if cache.is_kept and any(cache.facts(key) is None for key in said) and is_as_read(text, context_map):
        cache.save_facts(said)
    return facts


def facts_by_key(text: SourceText, facts: ProjectFacts) -> dict[str, FileFacts]:
    """The facts under the keys that they are kept by."""
    return dict(zip((key for _, key in text.files), (said for _, said in facts.files), strict=True))


def is_as_read(text: SourceText, context_map: ContextMap) -> bool:
    """Whether the files still say what was hashed: somebody may save one while others are being read."""
    return read_texts(context_map).digest == text.digest


def _extract(file: SourceFile, context_map: ContextMap) -> FileFacts:
    try:
        content = content_of(file)
    except OSError as error:
        return FileFacts(problem=error.strerror or str(error))
    if file.template:
        return extract_template(content)
    return extract(content, loaders=context_map.check.loaders, is_door=is_door(file, context_map))
