"""Which processes belong to a folder, found without asking the code under test?"""

from __future__ import annotations

import os
from pathlib import Path


def processes_of(lair: str) -> list[int]:
    """Every living process that has the path in its command line, environment or current directory."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _mentions(entry, lair)]


def is_gone(lair: str) -> bool:
    """No process and no folder is left."""
    return not processes_of(lair) and not Path(lair).exists()


def is_alive(pid: int) -> bool:
    """The process exists and is more than an entry that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _mentions(entry: Path, lair: str) -> bool:
    pid = int(entry.name)
    if pid == os.getpid() or not is_alive(pid):
        return False
    try:
        told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        return lair.encode() in told or str((entry / "cwd").readlink()).startswith(lair)
    except OSError:
        return False
