"""Which migrations need another context: by dependency, by import, by the models that they load?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds import get_model, imports
from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import NAME, TEXT, DependencyFact
from boundaries.enforcement.source.model import Target
from boundaries.enforcement.source.tree import SourceFile


def find(analysis: Analysis) -> Iterator[Link]:
    """Links of the files in `migrations` packages."""
    for file, facts, owner in analysis.owned_files():
        if file.purpose != "migration":
            continue
        for dependency in facts.dependencies:
            target = _target(analysis, file, dependency)
            if target is not None and target.context not in {None, owner}:
                yield _link(file, dependency, owner, target)
        yield from imports.links_of(analysis, file, facts, owner, kind="migration")
        for call in get_model.loader_calls(analysis, facts.calls):
            loaded = get_model.target_of(analysis, file, call)
            if loaded is None:
                analysis.unresolved["migration"] += 1
            elif (
                link := analysis.link_to(loaded, kind="migration", file=file, call=call, owner=owner)
            ) is not None:
                yield link


def _target(analysis: Analysis, file: SourceFile, dependency: DependencyFact) -> Target | None:
    if dependency.app.startswith(TEXT) and dependency.name.startswith(TEXT):
        label, name = dependency.app[1:], dependency.name[1:]
        contexts = {
            analysis.context_map.context_of_module(app.package) for app in analysis.apps.with_label(label)
        }
        return Target(f"{label}.{name}", contexts.pop() if len(contexts) == 1 else None)
    if dependency.app.startswith(NAME):
        return analysis.models.meant_by(dependency.app, module=file.module, label="")
    analysis.unresolved["migration"] += 1
    return None


def _link(file: SourceFile, dependency: DependencyFact, owner: str, target: Target) -> Link:
    return Link(
        kind="migration",
        path=file.relative,
        line=dependency.line,
        column=dependency.column,
        source_context=owner,
        target_context=target.context or "",
        source=symbol_name(file.module, "Migration"),
        target=target.dotted,
        detail="dependency",
    )
