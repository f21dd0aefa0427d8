"""Which modules of other contexts are imported?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.tree import SourceFile


def find(analysis: Analysis) -> Iterator[Link]:
    """Imports between contexts; one link per statement and module. Migrations are a kind of their own."""
    for file, facts, owner in analysis.owned_files():
        if file.purpose != "migration":
            yield from links_of(analysis, file, facts, owner, kind="import")


def links_of(
    analysis: Analysis, file: SourceFile, facts: FileFacts, owner: str, *, kind: str
) -> Iterator[Link]:
    """The imports of one file that reach another context."""
    counted = analysis.context_map.check.type_checking
    for fact in facts.imports:
        if fact.guarded and not counted:
            continue
        if fact.level and analysis.project.base(file, fact) is None:
            analysis.unresolved[kind] += 1
            continue
        for module, names in analysis.project.targets(file, fact):
            target = analysis.context_map.context_of_module(module)
            if target is not None and target != owner:
                yield link_at(fact, kind=kind, file=file, owner=owner, context=target, target=module,
                              evidence=", ".join(names) or "static", module=module)  # fmt: skip
