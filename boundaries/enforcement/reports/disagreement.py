"""Where do the source and another witness disagree? A capped list for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from boundaries.enforcement.coupling import Disagreement

_MOST_SHOWN = 20
_HEADINGS = {
    "exact": "known to the running project, not shown by the source",
    "runtime": "recorded at run time, not shown by the source",
    "static": "shown by the source, unknown to the running project",
}


def render(disagreements: Sequence[Disagreement] | None) -> Iterator[str]:
    """The disagreements in groups; nothing when only the source was asked."""
    for known_to, heading in _HEADINGS.items():
        found = [one for one in disagreements or () if one.known_to == known_to]
        if found:
            yield f"{heading}: {len(found)}"
            yield from (_line(one) for one in found[:_MOST_SHOWN])
            if len(found) > _MOST_SHOWN:
                yield f"  ... and {len(found) - _MOST_SHOWN} more; --format json lists all"


def _line(one: Disagreement) -> str:
    pair = f"{one.source_context} -> {one.target_context}"
    return f"  {one.path}:{one.line}: {one.kind} {pair} {one.target} ({one.reason})"
