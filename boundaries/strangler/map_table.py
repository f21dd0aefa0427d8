"""How is the table of one context changed in the file that declares it? Comments and everything else stay."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from boundaries.contexts.map import Context


def with_state(context: Context, state: str, *, without: Collection[str] = ()) -> tuple[Path, str]:
    """The file that declares the context, and its text with this state and without some other keys."""
    lines = context.path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = _header(lines, context.name)
    end = next((n for n in range(start, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    gone = re.compile(rf"\s*({'|'.join(['state', *without])})\s*=")
    kept = [line for line in lines[start:end] if not gone.match(line)]
    said = [] if state == "inside" else [f'state = "{state}"\n']
    return context.path, "".join([*lines[:start], *said, *kept, *lines[end:]])


def _header(lines: list[str], context: str) -> int:
    """The line after the one that opens the context's table; a context's own file has no such line."""
    pattern = re.compile(rf"""\s*\[(tool\.boundaries\.)?contexts\.["']?{re.escape(context)}["']?\]""")
    return next((number + 1 for number, line in enumerate(lines) if pattern.match(line)), 0)
