"""Has any file been written since the last run? Asked of the file system; none is opened."""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import NamedTuple

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.tree import walk_sources

# A file that was written within one tick of the clock that dates it may be written again within it.
_SETTLED_NS = 2_000_000_000


class Ages(NamedTuple):
    """One hash over the names, sizes and ages of all files; it tells that none has changed once they `are_settled`:
    old enough that another change would show.
    """

    digest: str
    are_settled: bool


def ages_of(context_map: ContextMap) -> Ages:
    """The ages of a project's files. The time when the file system last touched a file counts too: who sets the
    age of a file back changes that one.
    """
    now = time.time_ns()
    newest = 0
    seen: list[tuple[str | int, ...]] = []
    for entry in walk_sources(context_map):
        try:
            found = entry.stat()
        except OSError:
            seen.append((entry.path,))
            continue
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        seen.append((entry.path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    seen.sort()
    return Ages(blake2b(repr(seen).encode(), digest_size=16).hexdigest(), newest < now - _SETTLED_NS)
