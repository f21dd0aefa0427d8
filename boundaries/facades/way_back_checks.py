"""Would a change of this service's tables close the way back to the monolith?

Until the move is complete, what is written here is brought back, so both sides need the same columns. `scaffold` leaves
a file that says which ones the monolith has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from boundaries.conf import setting
from boundaries.contexts.fields import Declared, declared_fields
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError

FILE = "way_back.json"


def encode(context: str) -> str:
    """The file's content: the columns of a context as its models are here, in the monolith."""
    return json.dumps(declared_fields(context), indent=1, sort_keys=True) + "\n"


@register()
def check_way_back(**_kwargs: Any) -> list[CheckMessage]:
    """The service's models have the columns that the monolith has, and no others; silent without the file."""
    context = setting("SIDE")
    if context == "monolith":
        return []
    try:
        known = json.loads((current_map().root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, BoundaryError):
        return []
    hint = (
        "Make the change in the monolith first and run `boundaries extract` with `scaffold` there, or wait until the "
        f"move is complete; then delete {FILE}."
    )
    return [
        Error(f"{problem}.", hint=hint, id="boundaries.BD591")
        for problem in compare_with_monolith(known, declared_fields(context))
    ]


def compare_with_monolith(known: dict[str, Declared], ours: dict[str, Declared]) -> Iterator[str]:
    """What would close the way back, in words."""
    for label in sorted(known.keys() | ours.keys()):
        if label not in known:
            yield f"{label}: the monolith has no such table, so its rows cannot go back"
        elif label not in ours:
            yield f"{label}: the table is gone, and the monolith needs its rows"
        else:
            yield from _compare_fields(label, known[label], ours[label])


def _compare_fields(label: str, known: Declared, ours: Declared) -> Iterator[str]:
    for name in sorted(known.keys() | ours.keys()):
        if name not in known:
            yield f"{label}.{name}: the monolith has no such column, so the way back would be closed"
        elif name not in ours:
            yield f"{label}.{name}: the column is gone or renamed, and the monolith needs it on the way back"
        elif known[name] != ours[name]:
            yield f"{label}.{name}: the column is another one than the monolith's, so the way back would be closed"
