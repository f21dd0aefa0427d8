"""Which models inherit from models of other contexts?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name


def find(analysis: Analysis) -> Iterator[Link]:
    """Model classes with a base in another context: abstract, concrete (a parent link) or the original of
    a proxy.
    """
    for model in analysis.models.all():
        if model.context is None:
            continue
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
