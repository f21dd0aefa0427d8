"""What does the lint say of the project, and what would it say after some files have been rewritten?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.exception import Exceptions
from boundaries.enforcement.kinds import FINDERS, Analysis, Link
from boundaries.enforcement.rules import judge
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.reader import ProjectFacts, read_facts
from boundaries.enforcement.source.relations import Node
from boundaries.enforcement.source.text import is_door, read_texts
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.codemod.text import Text

_KEPT_TREES = 64

Identity = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Violation:
    """One place that breaks a rule."""

    code: str
    link: Link

    @property
    def identity(self) -> Identity:
        """What makes it the same before and after a rewrite."""
        link = self.link
        return (self.code, link.kind, link.path, link.source, link.target)


class Ground:
    """The project as it is, or as it would be. Tests are read too: what they use breaks as well."""

    def __init__(
        self, context_map: ContextMap, facts: ProjectFacts, changed: Mapping[str, bytes] | None = None
    ) -> None:
        self.context_map = context_map
        self._facts = facts
        self._changed = dict(changed or {})
        # A tree is large, and the places that are asked for come file by file.
        self.text = lru_cache(maxsize=_KEPT_TREES)(self._parse)
        # Foreign keys of one name ask for the same places.
        self.node = cache(self._find_node)

    @classmethod
    def read(cls, context_map: ContextMap, *, cache_folder: Path | None) -> Ground:
        """Read the source; the cache is that of the lint."""
        with_tests = replace(context_map, check=replace(context_map.check, tests=True))
        facts = read_facts(read_texts(with_tests), with_tests, Cache(cache_folder, context_map.root))
        return cls(context_map, facts)

    def rewritten(self, changed: Mapping[str, bytes]) -> Ground:
        """The same project with other contents of some files, by path; nothing is written."""
        files = tuple(
            (file, self._extract(file, changed[file.relative]) if file.relative in changed else said)
            for file, said in self._facts.files
        )
        return Ground(self.context_map, ProjectFacts(files), {**self._changed, **changed})

    @cached_property
    def analysis(self) -> Analysis:
        """What names, models and relations mean."""
        return Analysis.of(self.context_map, self._facts)

    @cached_property
    def files(self) -> dict[str, SourceFile]:
        """Every file, by path."""
        return {file.relative: file for file, _ in self._facts.files}

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """All that breaks a rule and that no comment allows, in order; what only tests do is left to them."""
        exceptions = Exceptions.of(self._facts)
        found = []
        for link in (link for find in FINDERS.values() for link in find(self.analysis)):
            rule = judge(link, self.context_map)
            if (
                rule
                and not self._is_in_test(link)
                and not exceptions.excuses(link.path, link.line, rule.code)
            ):
                found.append(Violation(rule.code, link))
        return tuple(sorted(found, key=lambda v: (v.link.path, v.link.line, v.link.column, v.code)))

    @property
    def counts(self) -> Counter[Identity]:
        """How often each violation occurs."""
        return Counter(violation.identity for violation in self.violations)

    def content(self, path: str) -> bytes:
        """What a file holds."""
        return self._changed[path] if path in self._changed else Path(self.files[path].path).read_bytes()

    def path_of_module(self, module: str) -> str | None:
        """The file of a module."""
        entry = self.analysis.project.modules.get(module)
        return entry[0].relative if entry else None

    def _parse(self, path: str) -> Text:
        """A file, parsed. See `Text` for what it raises."""
        return Text(self.content(path))

    def _find_node(self, chain: str, module: str, scope: str, origin: str) -> Node | None:
        """The model that a chain of names holds; None where nothing tells."""
        return self.analysis.chains.node(chain, module=module, scope=scope, origin=origin)

    def _extract(self, file: SourceFile, content: bytes) -> FileFacts:
        loaders = self.context_map.check.loaders
        return extract(content, loaders=loaders, is_door=is_door(file, self.context_map))

    def _is_in_test(self, link: Link) -> bool:
        return self.files[link.path].purpose == "test" and not self.context_map.check.tests
