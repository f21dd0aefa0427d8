"""Which Python files lie below a folder, and which of them are not the project's own work?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from boundaries.contexts.map import CheckOptions, ContextMap
from boundaries.enforcement.source.tree import SourceFile, find_sources

_FOR_TESTS = re.compile(
    r"^(?:test_(?:utils?|apps?|project|site|support|helpers)|test(?:app|project|site)|(?:project|app)_template)$"
)
_FEWEST_BUNDLED = 2


@dataclass(frozen=True)
class Tree:
    """The Python files below a folder, without test code and without the folders that are `left_out`.

    `left_out` gives for each such folder, relative to this one, the reason.
    """

    folder: Path
    files: tuple[SourceFile, ...]
    left_out: dict[str, str]

    def text(self, relative: str) -> bytes:
        """The content of a file; empty when it cannot be read."""
        try:
            return (self.folder / relative).read_bytes()
        except OSError:
            return b""


def undeclared(root: Path, *, exclude: tuple[str, ...] = ()) -> ContextMap:
    """A map without contexts, for reading a tree that has none yet."""
    check = CheckOptions(exclude=exclude)
    return ContextMap(
        path=root / "boundaries.toml", root=root, baseline=root, settings=None, contexts={}, check=check
    )


def look_at(folder: Path) -> Tree:
    """List the Python files below a folder."""
    files = [file for file in find_sources(undeclared(folder)) if file.purpose != "test"]
    folders = sorted({str(parent) for f in files for parent in PurePosixPath(f.relative).parents} - {"."})
    left_out = dict(_foreign(folder, folders))
    kept = (file for file in files if not any(file.relative.startswith(f"{path}/") for path in left_out))
    return Tree(folder, tuple(kept), left_out)


def _foreign(root: Path, folders: list[str]) -> Iterator[tuple[str, str]]:
    """The topmost folders that are not the project's own work; `folders` come sorted, outer before inner."""
    last = ""
    for folder in folders:
        if last and folder.startswith(f"{last}/"):
            continue
        if _FOR_TESTS.match(PurePosixPath(folder).name):
            last = folder
            yield folder, "by its name, for tests or a template for new projects"
        elif len(list((root / folder).glob("*.dist-info"))) >= _FEWEST_BUNDLED:
            last = folder
            yield folder, "installed copies of other packages"
