"""Which files have changed together? Read from git, where there is one, within bounds."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

MOST_COMMITS = 2000
SINCE = "2 years ago"
_MOST_SECONDS = 20
# A commit over more files than this is a sweep (formatting, renaming) and says nothing about what belongs together.
_MOST_FILES = 30
_SAFE = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "core.quotePath=false")


@dataclass(frozen=True)
class History:
    """The commits of the last two years, newest first: the Python files of each, relative to the root.

    `remark` says why there are none, or fewer than there could be.
    """

    commits: tuple[tuple[str, ...], ...] = ()
    remark: str = ""

    def sets(self, group_of: Callable[[str], str | None]) -> list[frozenset[str]]:
        """What each commit touched, by group; sweeps and what touched no group are left out."""
        found = []
        for paths in self.commits:
            groups = frozenset(group for path in paths if (group := group_of(path)) is not None)
            if groups and len(paths) <= _MOST_FILES:
                found.append(groups)
        return found


def read_history(root: Path) -> History:
    """The newest commits below a folder; nothing is written, and no program named in git's configuration is run."""
    bounds = [f"--max-count={MOST_COMMITS}", f"--since={SINCE}"]
    said = _git(
        root, "log", "--no-merges", *bounds, "--relative", "--name-only", "-z", "--format=%x01", "--", "*.py"
    )
    if said is None:
        return History(remark="no git history here")
    commits = tuple(
        tuple(sorted(path.strip("\n") for path in entry.split("\0") if path.strip("\n")))
        for entry in said.split("\x01")[1:]
    )
    if not commits:
        return History(remark="no commits of the last two years below this folder")
    is_shallow = (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return History(commits, "a shallow clone: older commits are missing" if is_shallow else "")


def changed_together(commits: Iterable[frozenset[str]]) -> dict[tuple[str, str], float]:
    """For each pair, how often it changed in one commit; a commit that touched k groups counts 1 / (k - 1)."""
    pairs: defaultdict[tuple[str, str], float] = defaultdict(float)
    for groups in commits:
        for pair in combinations(sorted(groups), 2):
            pairs[pair] += 1 / (len(groups) - 1)
    return dict(pairs)


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), *_SAFE, *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_MOST_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
