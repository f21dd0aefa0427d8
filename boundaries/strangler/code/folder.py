"""How are generated files written into a folder where people may have edited some?

Never over an edited file, and so that a crash at any instruction leaves a folder that the next run completes.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from boundaries.faults import fault_point
from boundaries.strangler.code.manifest import NAME, Manifest, describe, digest_of, read_manifest

_EXECUTABLE = frozenset({"manage.py"})
_DRAFT = ".draft"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What writing would do, in sorted paths.

    `edited` differ and were changed by hand: they stay. `deleted` were written once and taken away by hand: they
    stay away. `obsolete` are no longer generated and go; `orphaned` are no longer generated but edited, and stay.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, list[str]]:
        """As JSON-ready values."""
        return asdict(self)


def is_empty(folder: Path) -> bool:
    """Whether nothing is there, besides what a killed first run may have left of its very first file."""
    return not folder.exists() or (
        folder.is_dir() and all(item.suffix == _DRAFT for item in folder.iterdir())
    )


def compare(folder: Path, files: Mapping[str, bytes], *, context: str) -> Comparison:
    """What writing `files` into `folder` would do; changes nothing."""
    manifest = read_manifest(folder) or Manifest(context, {})
    found = Comparison()
    for path in sorted(files):
        getattr(found, _fate(folder, path, files[path], manifest)).append(path)
    for path in sorted(manifest.digests.keys() - files.keys()):
        current = _read(folder / path)
        if current is not None:
            (found.obsolete if manifest.knows(path, current) else found.orphaned).append(path)
    return found


def write(folder: Path, files: Mapping[str, bytes], *, context: str) -> Comparison:
    """Bring the folder up to date and return what was done."""
    comparison = compare(folder, files, context=context)
    finished = describe(context, files)
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / NAME, _unfinished(folder, finished, comparison).encode())
    for number, path in enumerate((*comparison.new, *comparison.updated)):
        _replace(folder / path, files[path])
        if path in _EXECUTABLE:
            (folder / path).chmod(0o755)
        if number == 0:
            fault_point("scaffold.first_file_written")
    for path in comparison.obsolete:
        (folder / path).unlink(missing_ok=True)
        _remove_empty_parents(folder, path)
    _replace(folder / NAME, finished.encode())
    return comparison


def show_differences(folder: Path, files: Mapping[str, bytes], comparison: Comparison) -> str:
    """What the edited files would be, as a unified diff from what they are."""
    return "".join(_difference(path, (folder / path).read_bytes(), files[path]) for path in comparison.edited)


def _fate(folder: Path, path: str, content: bytes, manifest: Manifest) -> str:
    current = _read(folder / path)
    if current is None:
        return "deleted" if path in manifest.digests and manifest.is_finished else "new"
    if current == content:
        return "unchanged"
    return "updated" if manifest.knows(path, current) else "edited"


def _unfinished(folder: Path, finished: Manifest, comparison: Comparison) -> Manifest:
    """The manifest to leave while files are written: what each of them may hold if we are killed."""
    before = {path: [digest_of((folder / path).read_bytes())] for path in comparison.updated}
    obsolete = {path: digest_of((folder / path).read_bytes()) for path in comparison.obsolete}
    return Manifest(finished.context, {**obsolete, **finished.digests}, before, is_finished=False)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}{_DRAFT}")
    draft.write_bytes(content)
    os.replace(draft, path)  # noqa: PTH105 - says what it is for


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _remove_empty_parents(folder: Path, path: str) -> None:
    for parent in list((folder / path).parents):
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


def _difference(path: str, current: bytes, generated: bytes) -> str:
    old, new = (
        content.decode("utf-8", errors="replace").splitlines(keepends=True)
        for content in (current, generated)
    )
    return "".join(difflib.unified_diff(old, new, fromfile=path, tofile=f"{path} (generated)"))
