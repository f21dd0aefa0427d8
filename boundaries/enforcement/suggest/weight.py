"""How much does each kind of coupling weigh, when contexts are looked for?

The heavier, the more work it is to cut; so what is tied by heavy couplings is kept together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from boundaries.enforcement.suggest.anatomy import IDENTITY, Tie

# By kind: what it costs to cut one, next to one import. The guide shows this table; a test compares them.
WEIGHTS: Mapping[str, float] = {
    "constraint": 10,  # a relation that the database holds
    "inheritance": 8,
    "transaction": 8,
    "relation": 5,  # without a constraint
    "sql": 4,
    "lookup": 3,
    "reverse": 3,
    "generic": 3,
    "get_model": 2,
    "signal": 2,
    "import": 1,
    "task": 1,
    IDENTITY: 1,
    "template": 0.5,
    "url": 0.5,
    "setting": 0.2,
    "migration": 0.2,
}

Pair = tuple[str, str]


def kind_of(tie: Tie) -> str:
    """The kind of a tie, with a relation that the database holds as a kind of its own."""
    return "constraint" if tie.kind == "relation" and tie.is_constraint else tie.kind


def weigh(ties: Iterable[Tie]) -> dict[Pair, float]:
    """The weight of each pair of parts, both directions in one; the pair is in alphabetical order.

    The tenth coupling of one kind between the same two parts tells less than the first: n of them count
    1 + log2(n).
    """
    counts = Counter((*sorted((tie.source, tie.target)), kind_of(tie)) for tie in ties)
    weights: dict[Pair, float] = {}
    for (first, second, kind), count in sorted(counts.items()):
        weight = WEIGHTS.get(kind, 1) * (1 + math.log2(count))
        weights[first, second] = weights.get((first, second), 0.0) + weight
    return weights
