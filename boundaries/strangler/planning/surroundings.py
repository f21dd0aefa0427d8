"""What is around the tables and modules of a context, whoever told of its models?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from boundaries.contexts.map import Context
from boundaries.enforcement.api import Analysis
from boundaries.strangler.code.closure import Closure
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.dependents import list_dependents
from boundaries.strangler.planning.facts import Crossing, HeldCall, Item, ModelFacts, Relation
from boundaries.strangler.planning.held_call import find_atomic_requests, find_held_calls
from boundaries.strangler.planning.inventory import list_items


class Surroundings(NamedTuple):
    """What moves too, who stays and depends on it, and which calls a transaction holds, and what to tell."""

    items: tuple[Item, ...]
    dependents: tuple[Item, ...]
    held_calls: tuple[HeldCall, ...]
    notices: tuple[str, ...]


def look_around(
    tree: SourceTree, analysis: Analysis, context: Context, closure: Closure, *,
    models: Sequence[ModelFacts], relations: Sequence[Relation], crossings: Sequence[Crossing],
) -> Surroundings:  # fmt: skip
    """All of it, from source."""
    items = tuple(list_items(tree, context.name, closure))
    labels = {model.label.partition(".")[0] for model in models}
    accessors = {tie.accessor for tie in relations if tie.source_context == context.name and tie.accessor}
    dependents = tuple(list_dependents(tree, context, labels=labels, accessors=accessors, moved=items))
    notices = []
    if place := find_atomic_requests(tree):
        notices.append(
            f"{place}: ATOMIC_REQUESTS puts every view into a transaction, and so each call from a view."
        )
    return Surroundings(items, dependents, tuple(find_held_calls(tree, analysis, crossings)), tuple(notices))
