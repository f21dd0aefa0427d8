"""What do the finders look at, and where do they count what they cannot resolve?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.link import Link, symbol_name
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.facts import CallFact, FileFacts
from boundaries.enforcement.source.model import Models, Target
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.reader import ProjectFacts
from boundaries.enforcement.source.setting import Settings
from boundaries.enforcement.source.tree import SourceFile

__all__ = ["Analysis", "Link", "symbol_name"]


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
    def of(cls, context_map: ContextMap, facts: ProjectFacts) -> Analysis:
        """Prepare a project's facts for the finders."""
        project = Project(facts)
        apps = Apps(project)
        settings = Settings(project, context_map)
        return cls(context_map, project, apps, settings, Models(project, apps, settings, context_map))

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
        return Link(
            kind=kind,
            path=file.relative,
            line=call.line,
            column=call.column,
            source_context=owner,
            target_context=target.context or "",
            source=symbol_name(file.module, call.scope),
            target=target.dotted,
            detail=detail,
        )
