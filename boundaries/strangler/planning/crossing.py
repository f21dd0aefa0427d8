"""Which couplings tie a context to the others?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.api import Coupling
from boundaries.strangler.planning.facts import Crossing, Place


def crossings_of(
    context_map: ContextMap, context: Context, couplings: tuple[Coupling, ...]
) -> Iterator[Crossing]:
    """The couplings into a context and out of it, as the lint judged them."""
    for item in couplings:
        if context.name not in (item.source_context, item.target_context):
            continue
        yield Crossing(
            kind=item.kind,
            place=Place(item.path, item.line),
            source_context=item.source_context,
            target_context=item.target_context,
            source=item.source,
            target=item.target,
            breaks_rule=item.rule is not None,
            through_door=item.kind == "import"
            and context_map.context(item.target_context).is_public(item.target),
            detail=item.detail,
            rule=item.rule or "",
        )
