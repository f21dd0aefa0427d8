"""Which models point at models of other contexts?

By class, by string, by a swappable setting, by `"self"`; declared in the model or inherited from an abstract
base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import TEXT, FieldFact
from boundaries.enforcement.source.model import Model, Target


def find(analysis: Analysis) -> Iterator[Link]:
    """Relations between contexts, generic ones too; one link per concrete model, at the field's line."""
    for model in analysis.models.all():
        if model.context is None or model.fact.abstract or model.fact.proxy:
            continue
        for declaring, field in analysis.models.fields(model):
            if field.callee and analysis.relations.fields.is_relation(declaring.symbol.module, field.callee):
                yield from _links(analysis, model, declaring, field, "relation")
            elif field.callee.endswith("GenericRelation"):
                yield from _links(analysis, model, declaring, field, "generic")


def _links(analysis: Analysis, model: Model, declaring: Model, field: FieldFact, kind: str) -> Iterator[Link]:
    for expression, detail in ((field.target, f"{field.callee.rpartition('.')[2]} {field.name}"),
                               (field.through, f"through of {field.name}")):  # fmt: skip
        if not expression or expression == f"{TEXT}self":
            continue
        target = analysis.models.meant_by(expression, module=declaring.symbol.module, label=model.label)
        if target is None:
            analysis.unresolved[kind] += 1
        elif target.context is not None and target.context != model.context:
            yield replace(_link(model, declaring, field, target, detail), kind=kind)


def _link(model: Model, declaring: Model, field: FieldFact, target: Target, detail: str) -> Link:
    return Link(
        kind="relation",
        path=declaring.file.relative,
        line=field.line,
        column=field.column,
        source_context=model.context or "",
        target_context=target.context or "",
        source=symbol_name(model.symbol.module, model.symbol.qualname),
        target=target.dotted,
        detail=detail,
        is_constraint=field.constraint and not field.callee.endswith("GenericRelation"),
    )
