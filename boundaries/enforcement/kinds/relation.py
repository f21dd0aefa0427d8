"""Which models point at models of other contexts?

By class, by string, by a swappable setting, by `"self"`; declared in the model or inherited from an abstract
base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import NAME, TEXT, FieldFact
from boundaries.enforcement.source.model import Model, Target
from boundaries.enforcement.source.project import Symbol

_RELATION = re.compile(r"(?:^|\.)\w*(?:ForeignKey|OneToOneField|ManyToManyField|ParentalKey|ForeignObject)$")
_GENERIC = re.compile(r"Generic\w*$")
# The kit's own field is the allowed form: a typed identifier without a constraint.
_ALLOWED = ("boundaries.Reference", "boundaries.facades.reference.Reference")


def find(analysis: Analysis) -> Iterator[Link]:
    """Relations between contexts, generic ones too; one link per concrete model, at the field's line."""
    for model in analysis.models.all():
        if model.context is None or model.fact.abstract or model.fact.proxy:
            continue
        for declaring, field in analysis.models.fields(model):
            if field.callee and is_relation(analysis, declaring.symbol.module, field.callee):
                yield from _links(analysis, model, declaring, field, "relation")
            elif field.callee.endswith("GenericRelation"):
                yield from _links(analysis, model, declaring, field, "generic")


def is_relation(analysis: Analysis, module: str, callee: str) -> bool:
    """Whether a field class makes a relation: one of Django's, one that is called like them, or derived
    from one.
    """
    symbol = analysis.project.resolve(module, callee)
    return _is_relation(analysis, symbol, callee, 0)


def _is_relation(analysis: Analysis, symbol: Symbol | None, written: str, depth: int) -> bool:
    if symbol is None:
        return bool(_RELATION.search(written)) and not _GENERIC.search(written)
    if f"{symbol.module}.{symbol.qualname}".lstrip(".") in _ALLOWED:
        return False
    if symbol.is_inside:
        fact = analysis.project.class_fact(symbol)
        if fact is None or depth > 8:
            return False
        named = [base[1:] for base in fact.bases if base.startswith(NAME)]
        return any(
            _is_relation(analysis, analysis.project.resolve(symbol.module, base), base, depth + 1)
            for base in named
        )
    dotted = symbol.qualname
    if _GENERIC.search(dotted) or dotted.startswith(("sqlalchemy", "rest_framework")):
        return False
    return bool(_RELATION.search(dotted))


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
