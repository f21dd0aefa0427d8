"""What does the map say of a context's state, and who changes that line?

CI and code review know no database: they go by the map. The stored step is the truth, and says what the line should be.
"""

from __future__ import annotations

from pathlib import Path

from boundaries.contexts.map import Context
from boundaries.strangler.map_table import with_state
from boundaries.strangler.models import Extraction, Wanted


def state_of(context: str) -> str:
    """The state that a context has: "inside", "moving" or "outside"."""
    stored = Extraction.objects.filter(pk=context).first()
    if stored is None:
        return "inside"
    if stored.wanted == Wanted.FOLLOWING:
        return "moving"
    return "outside" if stored.reached == "complete" else "inside"


def write_state(context: Context) -> tuple[Path, str]:
    """Write the state that the context has into the file that declares it; the file, and the state."""
    state = state_of(context.name)
    path, text = with_state(context, state)
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
    return path, state
