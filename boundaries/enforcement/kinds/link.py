"""What do the finders look at, and where do they count what they cannot resolve?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.link import Link, symbol_name
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.chain import Chains
from boundaries.enforcement.source.facts import CallFact, FileFacts
from boundaries.enforcement.source.model import Models, Target
from boundaries.enforcement.source.package import Packages
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.reader import ProjectFacts
from boundaries.enforcement.source.relations import Relations
from boundaries.enforcement.source.setting import Settings
from boundaries.enforcement.source.tree import SourceFile

__all__ = ["Analysis", "Link", "Place", "link_at", "symbol_name"]


@dataclass
class Analysis:
    """Everything that the finders look at, and where they count what they cannot resolve."""

    context_map: ContextMap
    project: Project
    apps: Apps
    settings: Settings
    models: Models
    unresolved: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, context_map: ContextMap, facts: ProjectFacts, packages: Packages | None = None) -> Analysis:
        """Prepare a project's facts for the finders; with `packages`, models are followed into those too."""
        project = Project(facts)
        if packages is not None:
            packages.read_into(project)
        apps = Apps(project)
        settings = Settings(project, context_map)
        return cls(context_map, project, apps, settings, Models(project, apps, settings, context_map))

    @cached_property
    def relations(self) -> Relations:
        """Where the relations of all models lead."""
        return Relations(self.models)

    @cached_property
    def chains(self) -> Chains:
        """What chains of names hold."""
        return Chains(self.models, self.relations)

    def owned_templates(self) -> Iterator[tuple[SourceFile, FileFacts, str]]:
        """Every template that a context owns, with that context."""
        for file, facts in self.project.templates:
            owner = self.context_map.context_of_module(file.module)
            if owner is not None:
                yield file, facts, owner

    def owned_files(self) -> Iterator[tuple[SourceFile, FileFacts, str]]:
        """Every file that a context owns, with that context."""
        for file, facts in self.project.files():
            owner = self.context_map.context_of_module(file.module)
            if owner is not None:
                yield file, facts, owner

    def link_to(
        self, target: Target, *, kind: str, file: SourceFile, call: CallFact, owner: str, detail: str = ""
    ) -> Link | None:
        """A link from a call to a model, or None when it stays inside the context or leads out of all."""
        if target.context in {None, owner}:
            return None
        return link_at(call, kind=kind, file=file, owner=owner, context=target.context or "",
                       target=target.dotted, detail=detail)  # fmt: skip


class Place(Protocol):
    """A fact that stands somewhere."""

    line: int
    column: int
    scope: str


def link_at(
    place: Place,
    *,
    kind: str,
    file: SourceFile,
    owner: str,
    context: str,
    target: str,
    evidence: str = "static",
    detail: str = "",
    module: str = "",
) -> Link:
    """A link from a place in a file of `owner` to something of another context."""
    return Link(
        kind=kind,
        path=file.relative,
        line=place.line,
        column=place.column,
        source_context=owner,
        target_context=context,
        source=symbol_name(file.module, place.scope),
        target=target,
        evidence=evidence,
        detail=detail,
        module=module,
    )
