"""How far has the baseline burned down, and who moved it? For the text report."""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.check import CheckResult

_MOST_PAIRS = 8


def render(result: CheckResult) -> Iterator[str]:
    """One line per pair of contexts whose accepted violations changed, and a total; nothing when none did."""
    moved = [p for p in result.progress if p.gone or p.added]
    if not moved and not result.updates_baseline:
        return
    accepted, left = (sum(getattr(p, name) for p in result.progress) for name in ("accepted", "left"))
    yield f"{'baseline written' if result.updates_baseline else 'baseline'}: {accepted} -> {left} accepted"
    for progress in sorted(moved, key=lambda p: (-p.gone - p.new, p.source_context))[:_MOST_PAIRS]:
        said = [f"{progress.gone} gone"] if progress.gone else []
        said += [f"{progress.added} added"] if progress.added else []
        said += [f"{progress.new} new"] if progress.new and not progress.added else []
        pair = progress.source_context
        if progress.target_context != pair:
            pair += f" -> {progress.target_context}"
        yield f"  {progress.accepted:5} -> {progress.left:<5} {pair}  ({', '.join(said)})"
    if len(moved) > _MOST_PAIRS:
        yield f"                 ... and {len(moved) - _MOST_PAIRS} more pairs; --format json lists all"
    yield ""
