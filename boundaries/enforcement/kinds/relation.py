"""Which models point at models of other contexts?

By class, by string, by a swappable setting, by `"self"`; declared in the model or inherited from an abstract
base.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import TEXT, FieldFact
from boundaries.enforcement.source.field import Kind
from boundaries.enforcement.source.model import Model, Target


def find(analysis: Analysis) -> Iterator[Link]:
    """Relations between contexts, generic ones too; one link per concrete model, at the field's line."""
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
    fields, written_in = analysis.relations.fields, declaring.symbol.module
    named = [(fields.target(written_in, field), f"{field.callee.rpartition('.')[2]} {field.name}")]
    if (through := fields.through(written_in, field))[0]:
        named.append((through, f"through of {field.name}"))
    for (expression, module), detail in named:
        if expression == f"{TEXT}self":
            continue
        target = analysis.models.meant_by(expression, module=module, label=model.label)
        if target is None:
            analysis.unresolved[kind] += 1
        elif target.context is not None and target.context != model.context:
            yield _link(model, declaring, field, target, detail, kind)


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
