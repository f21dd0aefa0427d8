"""Which models inherit from models of other contexts?"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.facts import NAME
from boundaries.enforcement.source.model import Model

# What these define brings no relation to a model of a project.
_HARMLESS = sys.stdlib_module_names | {"django"}


def find(analysis: Analysis) -> Iterator[Link]:
    """Model classes with a base in another context: abstract, concrete (a parent link) or the original of
    a proxy.

    A base that the source does not show is unresolved: it may bring relations.
    """
    for model in analysis.models.all():
        if model.context is None:
            continue
        analysis.unresolved["inheritance"] += sum(
            not _is_shown(analysis, model, base) for base in model.fact.bases
        )
        for base in analysis.models.bases(model):
            if base.context is not None and base.context != model.context:
                yield Link(
                    kind="inheritance",
                    path=model.file.relative,
                    line=model.fact.line,
                    column=model.fact.column,
                    source_context=model.context,
                    target_context=base.context,
                    source=symbol_name(model.symbol.module, model.symbol.qualname),
                    target=base.dotted,
                    detail="proxy"
                    if model.fact.proxy
                    else "abstract base"
                    if base.fact.abstract
                    else "parent table",
                    is_constraint=not base.fact.abstract and not model.fact.proxy,
                )


def _is_shown(analysis: Analysis, model: Model, base: str) -> bool:
    """Whether the source shows what a base is, or that it matters to nobody."""
    if not base.startswith(NAME):
        return False
    symbol = analysis.project.resolve(model.symbol.module, base[1:])
    if symbol is None:
        return hasattr(builtins, base[1:])
    if not symbol.is_inside:
        return symbol.qualname.partition(".")[0] in _HARMLESS
    return analysis.project.class_fact(symbol) is not None
