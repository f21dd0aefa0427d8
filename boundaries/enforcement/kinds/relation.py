"""Which models point at models of other contexts?

By class, by string, by a swappable setting, by `"self"`; declared in the model or inherited from an abstract
base.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import FieldFact
from boundaries.enforcement.source.field import Kind
from boundaries.enforcement.source.model import Model, Target


class _End(NamedTuple):
    kind: Kind
    target: Target | None
    detail: str


def find(analysis: Analysis) -> Iterator[Link]:
    """Relations between contexts, generic ones too; one link per concrete model, at the field's line.

    A field that is added to a model which the source does not name is unresolved.
    """
    for module, field in analysis.models.unplaced:
        if (kind := analysis.relations.fields.kind(module, field.callee)) is not None:
            analysis.unresolved[kind] += 1
    for model in analysis.models.all():
        if model.context is None or model.fact.abstract or model.fact.proxy:
            continue
        for declaring, field in analysis.models.fields(model):
            kind = analysis.relations.fields.kind(declaring.symbol.module, field.callee)
            if kind is not None:
                yield from _links(analysis, model, declaring, field, kind)


def _links(
    analysis: Analysis, model: Model, declaring: Model, field: FieldFact, kind: Kind
) -> Iterator[Link]:
    for end in _ends(analysis, model, declaring, field, kind):
        if end.target is None:
            analysis.unresolved[end.kind] += 1
        elif end.target.context not in {None, model.context}:
            yield _link(model, declaring, field, end.target, end.detail, end.kind)


def _ends(analysis: Analysis, model: Model, declaring: Model, field: FieldFact, kind: Kind) -> Iterator[_End]:
    """What one field makes a model point at."""
    relations, module = analysis.relations, declaring.symbol.module
    yield _End(
        kind, relations.pointed_at(declaring, field, model), f"{field.callee.rpartition('.')[2]} {field.name}"
    )
    through, written_in = relations.fields.through(module, field)
    if through:
        between = analysis.models.meant_by(through, module=written_in, label=model.label)
        yield _End(kind, between, f"through of {field.name}")
        if relations.fields.holds_tags(module, field.callee) and relations.tagging.is_generic(between):
            yield _End("generic", between, "GenericRelation tagged_items")


def _link(model: Model, declaring: Model, field: FieldFact, target: Target, detail: str, kind: Kind) -> Link:
    # What a package declares is shown where the project takes it.
    is_own = declaring.file.purpose != "package"
    file, place = (declaring.file, field) if is_own else (model.file, model.fact)
    return Link(
        kind=kind,
        path=file.relative,
        line=place.line,
        column=place.column,
        source_context=model.context or "",
        target_context=target.context or "",
        source=symbol_name(model.symbol.module, model.symbol.qualname),
        target=target.dotted,
        detail=detail if is_own else f"{detail}, declared in {declaring.symbol.module}",
        is_constraint=field.constraint and kind == "relation",
    )
