"""Which allow comments does a file hold?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.enforcement.source.facts import AllowFact

_COMMENT = re.compile(rb"#\s*boundaries:\s*allow\s+(BD\d+(?:\s*,\s*BD\d+)*)\s*(?:--\s*(.*))?$")


def allows_in(content: bytes) -> Iterator[AllowFact]:
    """The comments of a file. One that stands alone covers the next line that is no comment."""
    if b"boundaries: allow" not in content and b"boundaries:allow" not in content:
        return
    lines = content.splitlines()
    for number, line in enumerate(lines, start=1):
        found = _COMMENT.search(line)
        if found is None:
            continue
        codes = tuple(code.strip().decode() for code in found[1].split(b","))
        reason = (found[2] or b"").strip().decode(errors="replace")
        yield AllowFact(codes, reason, _covered(lines, number))


def _covered(lines: list[bytes], number: int) -> int:
    """The line that a comment on line `number` speaks about."""
    if not lines[number - 1].lstrip().startswith(b"#"):
        return number
    covered = number + 1
    while covered <= len(lines) and lines[covered - 1].lstrip().startswith(b"#"):
        covered += 1
    return covered
