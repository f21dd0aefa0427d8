"""Has any file been written since the last run? Asked of the file system; none is opened."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

# A file that was written within one tick of the clock that dates it may be written again within it.
_SETTLED_NS = 2_000_000_000


class Ages(NamedTuple):
    """One hash over the names, sizes and ages of all files; it tells that none has changed once they `are_settled`:
    old enough that another change would show.
    """

    digest: str
    are_settled: bool


def ages_of(entries: Iterable[os.DirEntry[str]]) -> Ages:
    """The ages of files. The time when the file system last touched one counts too: who sets back the age of a file
    changes that one.
    """
    now = time.time_ns()
    newest = 0
    seen: list[tuple[str | int, ...]] = []
    for entry in entries:
        try:
            found = entry.stat()
        except OSError:
            seen.append((entry.path,))
            continue
        newest = max(newest, found.st_ctime_ns)
        seen.append((entry.path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    return Ages(blake2b(repr(seen).encode(), digest_size=16).hexdigest(), newest < now - _SETTLED_NS)
