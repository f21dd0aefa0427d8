"""Which ORM paths walk into models of another context?

A path is followed along the models' relations, forwards and backwards, from the model that its queryset, form,
admin class, serializer or filterset works on. Where that model is not told, every model on which the path makes
sense is tried; only what all of them agree on counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import PathInLookup
from boundaries.enforcement.source.relations import Node, Relations
from boundaries.enforcement.source.tree import SourceFile

# Lookups that compare the key itself.
_ON_KEYS = frozenset({"exact", "gt", "gte", "in", "isnull", "lt", "lte", "range"})


def find(analysis: Analysis) -> Iterator[Link]:
    """Paths in `filter`, `order_by`, `select_related`, `F`, `search_fields` and their like that reach another
    context's model.

    A path that begins with a relation and whose way cannot be told is unresolved.
    """
    for file, facts, owner in analysis.owned_files():
        if file.purpose == "migration":
            continue
        for fact in facts.lookups:
            start = analysis.chains.node(
                fact.callee, module=file.module, scope=fact.scope, origin=fact.origin
            )
            for path in fact.paths:
                yield from _links(analysis, file, owner, fact.scope, path, start)
        for described in facts.classes:
            if described.options:
                start = analysis.chains.node_of_class(file.module, described.qualname)
                for path in described.options:
                    yield from _links(analysis, file, owner, described.qualname, path, start)


def _links(
    analysis: Analysis, file: SourceFile, owner: str, scope: str, path: PathInLookup, start: Node | None
) -> Iterator[Link]:
    parts = path.path.split("__")
    relations = analysis.relations
    if start is not None and relations.knows(start, parts[0]):
        found = {_first_foreign(relations, start, path, owner)}
    elif path.is_join or len(parts) > 1:
        starts = [node for node in relations.nodes_with(parts[0]) if _fits(relations, node, parts)]
        found = {_first_foreign(relations, node, path, owner) for node in starts}
    else:
        return
    if len(found) != 1:
        analysis.unresolved["lookup"] += _may_walk(relations, parts)
    elif (reached := found.pop()) is not None and reached.model is not None:
        yield Link(
            kind="lookup",
            path=file.relative,
            line=path.line,
            column=path.column,
            source_context=owner,
            target_context=reached.model.context or "",
            source=symbol_name(file.module, scope),
            target=reached.dotted,
            detail=path.path,
        )


def _may_walk(relations: Relations, parts: list[str]) -> bool:
    """Whether a path begins with a relation of some model and goes on behind it."""
    return not _ends_in_column(parts[1:]) and bool(relations.nodes_with(parts[0]))


def _first_foreign(relations: Relations, start: Node, path: PathInLookup, owner: str) -> Node | None:
    """The first model that a path joins and another context owns; the start does not count."""
    parts = path.path.split("__")
    node = start
    for position, part in enumerate(parts):
        step = relations.steps(node).get(part)
        if step is None:
            return None
        node = step.to
        is_joined = path.is_join or step.is_back or not _ends_in_column(parts[position + 1 :])
        if is_joined and node.model is not None and node.model.context not in {None, owner}:
            return node
    return None


def _ends_in_column(rest: list[str]) -> bool:
    """Whether a path stops at a relation, which is a column of the table that holds it: `booking__in`."""
    return not rest or (len(rest) == 1 and rest[0] in _ON_KEYS)


def _fits(relations: Relations, start: Node, parts: list[str]) -> bool:
    """Whether a path makes sense from a model: its second part is a relation or a column of what its first
    leads to.
    """
    step = relations.steps(start).get(parts[0])
    return step is not None and (len(parts) == 1 or relations.has_column(step.to, parts[1]))
