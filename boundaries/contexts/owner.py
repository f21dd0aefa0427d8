"""Do the owners of the map and those of CODEOWNERS agree, and what should CODEOWNERS say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.contexts.codeowners import CodeOwners
from boundaries.contexts.map import Context, ContextMap
from boundaries.errors import BoundaryError

Owners = tuple[str, ...]

BEGIN = "# boundaries: owners of the contexts, written by `boundaries owners --write`; edit the map instead"
END = "# boundaries: end"


class OwnerWithoutHandle(BoundaryError):
    """Raised when CODEOWNERS is to name an owner that it would not understand."""

    code = "BD115"
    problem = "{owner!r}, owner of {contexts}, has no handle for CODEOWNERS."
    remedy = 'Add it to the map: [owners] and below it "{owner}" = ["@organisation/team"].'


@dataclass(frozen=True)
class Ownership:
    """One context: its owner in the map, and to whom CODEOWNERS gives how many of its files, most first.

    Each of `held` has the owners (none for files of nobody), how many files, and the first of them; it is
    empty without a CODEOWNERS file.
    """

    name: str
    owner: str | None
    handles: Owners
    files: int
    held: tuple[tuple[Owners, int, str], ...]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """(kind, what is wrong): `nobody` in the map, `orphan`, `split`, `other` than the map says."""
        found = [] if self.owner else [("nobody", f"the map names no owner{self._named_elsewhere}")]
        for owners, count, first in self.held:
            if not owners:
                said = "its files" if count == self.files else f"{count} of its files, such as {first}"
                found.append(("orphan", f"CODEOWNERS names nobody for {said}"))
        owned = [held for held in self.held if held[0]]
        if len(owned) > 1:
            said = "; ".join(
                f"{_shown(owners)} has {count}, such as {first}" for owners, count, first in owned
            )
            found.append(("split", said))
        elif owned and self.handles and set(owned[0][0]) != {handle.lower() for handle in self.handles}:
            said = f"CODEOWNERS says {_shown(owned[0][0])}, the map {_shown(self.handles)}"
            found.append(("other", said))
        return found

    @property
    def _named_elsewhere(self) -> str:
        only = self.held[0][0] if len(self.held) == 1 else ()
        return f"; CODEOWNERS says {_shown(only)}" if only else ""

    def as_dict(self) -> dict[str, Any]:
        """One context of the published JSON."""
        return {
            "name": self.name,
            "owner": self.owner,
            "handles": list(self.handles),
            "files": self.files,
            "code_owners": [
                {"owners": list(owners), "files": count, "first": first} for owners, count, first in self.held
            ],
            "faults": [{"kind": kind, "what": what} for kind, what in self.faults],
        }


def compare_owners(
    context_map: ContextMap, code_owners: CodeOwners, files: Iterable[tuple[str, Path]]
) -> list[Ownership]:
    """Every context with its owners in both places. `files` are pairs of a context and an absolute path."""
    held: dict[str, Counter[Owners]] = {name: Counter() for name in context_map.contexts}
    first: dict[tuple[str, Owners], str] = {}
    for context, path in files:
        relative = _relative(path, code_owners)
        owners = code_owners.owners_of(relative)
        held[context][owners] += 1
        first.setdefault((context, owners), relative)
    return [
        Ownership(
            name=context.name,
            owner=context.owner,
            handles=_handles(context, context_map),
            files=held[context.name].total(),
            held=tuple(
                (owners, count, first[context.name, owners])
                for owners, count in held[context.name].most_common()
                if code_owners.path
            ),
        )
        for context in context_map.contexts.values()
    ]


def codeowners_lines(context_map: ContextMap, code_owners: CodeOwners) -> list[str]:
    """The block of CODEOWNERS for the map: a line per package, deeper ones later, since the last match wins.

    :raises OwnerWithoutHandle: when an owner is neither a handle nor among `[owners]` of the map.
    """
    lines: dict[str, str] = {}
    without: dict[str, list[str]] = {}
    for context in context_map.contexts.values():
        handles = _handles(context, context_map)
        if context.owner and not handles:
            without.setdefault(context.owner, []).append(context.name)
        for path in _paths(context, context_map):
            pattern = f"/{_relative(path, code_owners)}".replace(" ", "\\ ") + ("/" if path.is_dir() else "")
            lines[pattern] = f"{pattern} {' '.join(handles)}".rstrip()
    for owner, contexts in without.items():
        raise OwnerWithoutHandle(owner=owner, contexts=", ".join(contexts))
    return [BEGIN, *(lines[pattern] for pattern in sorted(lines)), END]


def with_block(text: str, block: list[str]) -> str:
    """A CODEOWNERS text with our block in its old place, else at its end, where it has the last word."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    if BEGIN in lines and END in lines[lines.index(BEGIN) :]:
        begin = lines.index(BEGIN)
        end = lines.index(END, begin)
        lines[begin : end + 1] = block
    else:
        lines += ["", *block] if lines else block
    return newline.join(lines) + newline


def _handles(context: Context, context_map: ContextMap) -> Owners:
    owner = context.owner or ""
    return context_map.owners.get(owner) or ((owner,) if "@" in owner and " " not in owner else ())


def _paths(context: Context, context_map: ContextMap) -> Iterator[Path]:
    """The folders and modules of a context, and the folder of its service."""
    for package in dict.fromkeys((*context.packages, *context.public)):
        path = context_map.root.joinpath(*package.split("."))
        module = path.with_name(f"{path.name}.py")
        is_covered = context_map.context_of_module(package.rpartition(".")[0]) == context.name
        if package in context.packages or not is_covered:
            yield from (found for found in (path, module) if found.exists())
    if context.service and context.service.path.is_dir():
        yield context.service.path


def _relative(path: Path, code_owners: CodeOwners) -> str:
    inside = path.is_relative_to(code_owners.folder)
    return path.relative_to(code_owners.folder).as_posix() if inside else path.as_posix()


def _shown(owners: Owners) -> str:
    return " ".join(owners)
