"""Could git take back what is about to be deleted?"""

from __future__ import annotations

import subprocess
from pathlib import Path

from boundaries.errors import BoundaryError
from boundaries.strangler.trial import is_rehearsal


class TreeNotClean(BoundaryError):
    """Raised when the change could not be told apart from other people's work, or taken back."""

    code = "BD867"
    problem = "Only from a git working tree without changes is {what} taken out: {reason}."
    remedy = "Commit or set aside what is there, and run the same command again."


def require_clean(root: Path, what: str) -> None:
    """A git working tree without changes, in which a deletion can be read and taken back.

    :raises TreeNotClean: otherwise; a rehearsal's copy is nobody's work.
    """
    if is_rehearsal():
        return
    try:
        done = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=normal", "--", "."],
            cwd=root, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except OSError as error:
        raise TreeNotClean(what=what, reason=str(error)) from error
    if done.returncode:
        raise TreeNotClean(what=what, reason=done.stderr.strip().splitlines()[0])
    if changed := done.stdout.splitlines():
        raise TreeNotClean(what=what, reason=f"{len(changed)} changed, the first {changed[0][3:]}")
