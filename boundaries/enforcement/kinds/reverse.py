"""Which attributes lead back along a relation of another context's model?

`order.payment_set`, `hasattr(order, "payment")`, `Order.payment.RelatedObjectDoesNotExist`, accessors' names
as strings, and `order.invoice`, which `accessor` finds. The relation lies with the other context; only its accessor shows here.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds import accessor
from boundaries.enforcement.kinds.link import Analysis, Link, Place, link_at
from boundaries.enforcement.source.facts import ACCESSOR
from boundaries.enforcement.source.relations import Node
from boundaries.enforcement.source.tree import SourceFile


def find(analysis: Analysis) -> Iterator[Link]:
    """Reverse accessors of relations that other contexts' models hold.

    One on an object whose model cannot be told is unresolved; unless it is used as a manager, only one relation
    has an accessor of that name, and no class an attribute.
    """
    for file, facts, owner in analysis.owned_files():
        if file.purpose == "migration":
            continue
        for fact in facts.accesses:
            chain, _, name = fact.chain.rpartition(".")
            if not _leads_back(analysis, name, owner):
                continue
            start = analysis.chains.node(chain, module=file.module, scope=fact.scope, origin=fact.origin)
            is_told = fact.is_managed and chain != "self"
            yield from _links(analysis, file, owner, fact, name, start, by_name=is_told)
        for text in facts.texts:
            if text.role == ACCESSOR and _leads_back(analysis, text.text, owner):
                yield from _links(analysis, file, owner, text, text.text, None, by_name=True)
    yield from accessor.find(analysis)


def _leads_back(analysis: Analysis, name: str, owner: str) -> bool:
    """Whether a name is an accessor of another context's relation anywhere."""
    relations = analysis.relations
    return any(_is_foreign_way_back(analysis, node, name, owner) for node in relations.nodes_with(name))


def _is_foreign_way_back(analysis: Analysis, node: Node, name: str, owner: str) -> bool:
    step = analysis.relations.steps(node)[name]
    return step.is_back and step.to.model is not None and step.to.model.context not in {None, owner}


def _links(
    analysis: Analysis,
    file: SourceFile,
    owner: str,
    place: Place,
    name: str,
    start: Node | None,
    *,
    by_name: bool,
) -> Iterator[Link]:
    relations = analysis.relations
    if start is not None:
        starts = [start] if name in relations.steps(start) else []
    else:
        starts = relations.nodes_with(name) if by_name and not relations.is_attribute(name) else []
    ways = {(relations.steps(node)[name].to, relations.steps(node)[name].is_back) for node in starts}
    if len(ways) != 1:
        analysis.unresolved["reverse"] += start is None
        return
    [(reached, is_back)] = ways
    if is_back and reached.model is not None and reached.model.context not in {None, owner}:
        yield link_at(
            place,
            kind="reverse",
            file=file,
            owner=owner,
            context=reached.model.context or "",
            target=reached.dotted,
            detail=name,
        )
