"""How does a proposal become files that the lint agrees with?"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundaries.contexts.map import ContextMap
from boundaries.errors import BoundaryError
from boundaries.strangler.codemod import door, lookup, relation
from boundaries.strangler.codemod.ground import Ground, Identity, Violation
from boundaries.strangler.codemod.imports import is_used, remove_name
from boundaries.strangler.codemod.proposal import ByHand, Proposal, Rewrite
from boundaries.strangler.codemod.registry import CODES, has_codemod
from boundaries.strangler.codemod.text import Edit, Text, apply


class NoCodemod(BoundaryError):
    """Raised when there is nothing that rewrites what breaks a rule."""

    code = "BD840"
    problem = "There is no codemod for {rule}."
    remedy = "There is one for {known}; `boundaries explain {rule}` says how it is mended by hand."


class FixExtraMissing(BoundaryError):
    """Raised when the library that rewrites source is not installed."""

    code = "BD841"
    problem = "libcst is not installed in this environment; source is rewritten with it."
    remedy = "Install `django-strangler[fix]`."


class FileChanged(BoundaryError):
    """Raised when a file was saved by somebody else between being read and being written. None is written."""

    code = "BD842"
    problem = "{path} was changed meanwhile."
    remedy = "Run the command again."


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which violations: of one rule, on one side of a context, in some files or folders (absolute)."""

    code: str
    context: str | None = None
    paths: tuple[Path, ...] = ()

    def has(self, violation: Violation, root: Path) -> bool:
        """Whether a violation is one of them."""
        link = violation.link
        is_context = self.context in (None, link.source_context, link.target_context)
        path = (root / link.path).resolve()
        is_path = not self.paths or any(path.is_relative_to(chosen) for chosen in self.paths)
        return violation.code == self.code and is_context and is_path


@dataclass
class Fix:
    """What is rewritten, the contents before and after by path, and what is left to people."""

    code: str
    root: Path
    rewrites: list[Rewrite]
    by_hand: list[ByHand]
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    migrations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_written: bool = False

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """The fields that a migration has to alter."""
        return [altered for rewrite in self.rewrites for altered in rewrite.fields]

    def diff(self) -> str:
        """All changes as one unified difference."""
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for path, content in sorted(self.after.items())
            for line in difflib.unified_diff(
                _lines(self.before[path]), _lines(content), f"a/{path}", f"b/{path}"
            )
        )

    def write(self) -> None:
        """Write the files, if they still are what was read.

        :raises FileChanged: before anything is written.
        """
        for path, content in self.before.items():
            if (self.root / path).read_bytes() != content:
                raise FileChanged(path=path)
        for path, content in self.after.items():
            (self.root / path).write_bytes(content)
        self.is_written = True

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "schema": 1,
            "code": self.code,
            "rewrites": [rewrite.as_dict() for rewrite in self.rewrites],
            "by_hand": [item.as_dict() for item in self.by_hand],
            "migrations": self.migrations,
            "notes": self.notes,
        }


def find_fix(
    context_map: ContextMap, chosen: Chosen, *, cache_folder: Path | None = None, with_uses: bool = False
) -> Fix:
    """What the codemod for a rule would do; nothing is written.

    Every rewrite was applied, parsed and checked by the lint: what it mends is gone, and nothing new is broken. One
    that fails this is left to people.

    :raises NoCodemod: for a rule without one.
    :raises FixExtraMissing: without libcst.
    """
    if not has_codemod(chosen.code):
        raise NoCodemod(rule=chosen.code, known=", ".join(CODES))
    _require_libcst()
    ground = Ground.read(context_map, cache_folder=cache_folder)
    violations = [violation for violation in ground.violations if chosen.has(violation, context_map.root)]
    proposal = _propose(ground, chosen.code, violations, with_uses=with_uses)
    rewrites, after, failed = _settle(ground, proposal.rewrites)
    return Fix(
        code=chosen.code,
        root=context_map.root,
        rewrites=rewrites,
        by_hand=sorted({*proposal.by_hand, *failed}),
        before={path: ground.content(path) for path in after},
        after=after,
        notes=sorted({note for rewrite in rewrites for note in rewrite.notes}),
    )


def _propose(ground: Ground, code: str, violations: Sequence[Violation], *, with_uses: bool) -> Proposal:
    if code in {"BD203", "BD204"}:
        return relation.propose(ground, violations, with_uses=with_uses)
    proposers: dict[str, Callable[[Ground, Sequence[Violation]], Proposal]] = {
        "BD202": door.propose,
        "BD210": lookup.propose,
    }
    return proposers[code](ground, violations)


def _settle(
    ground: Ground, proposed: Sequence[Rewrite]
) -> tuple[list[Rewrite], dict[str, bytes], list[ByHand]]:
    """The rewrites that hold, the contents that they make, and those that do not hold."""
    accepted, failed = list(proposed), list[ByHand]()
    while accepted:
        contents, clashing = _contents(ground, accepted)
        bad = clashing or _disproved(ground, accepted, contents)
        if not bad:
            return accepted, contents, failed
        failed += [_failed(rewrite, reason) for rewrite, reason in bad]
        gone = [rewrite for rewrite, _ in bad]
        accepted = [rewrite for rewrite in accepted if rewrite not in gone]
    return [], {}, failed


def _contents(
    ground: Ground, rewrites: Sequence[Rewrite]
) -> tuple[dict[str, bytes], list[tuple[Rewrite, str]]]:
    """The files with all edits made; and the rewrites whose edits lie in those of others."""
    edits: dict[str, list[Edit]] = {}
    clashing: list[tuple[Rewrite, str]] = []
    for rewrite in rewrites:
        together = {path: [*edits.get(path, ()), *own] for path, own in rewrite.edits.items()}
        try:
            for path, own in together.items():
                apply(ground.content(path), own)
        except ValueError:
            clashing.append((rewrite, "another rewrite is in its way; run the command again afterwards"))
        else:
            edits |= together
    contents = {path: apply(ground.content(path), own) for path, own in edits.items()}
    for rewrite in rewrites:
        if rewrite.path in contents:
            contents[rewrite.path] = _without_unneeded(contents[rewrite.path], rewrite.unneeded)
    changed = {path: content for path, content in contents.items() if content != ground.content(path)}
    return changed, clashing


def _without_unneeded(content: bytes, names: Sequence[str]) -> bytes:
    """The file without imports, at its top, of names that nothing in it uses any more."""
    for name in names:
        try:
            text = Text(content)
        except (SyntaxError, ValueError):
            return content
        for node in text.tree.body:
            if isinstance(node, ast.ImportFrom) and any(
                alias.name == name and alias.asname is None for alias in node.names
            ):
                if not is_used(text, name, besides=node):
                    content = apply(content, [remove_name(text, node, {name})])
                break
    return content


def _disproved(
    ground: Ground, rewrites: Sequence[Rewrite], contents: Mapping[str, bytes]
) -> list[tuple[Rewrite, str]]:
    """The rewrites after which a file cannot be parsed, something new is broken or the old violation is still there."""
    broken = [path for path, content in contents.items() if not _is_python(content)]
    if broken:
        return [
            (item, "the file could not be parsed afterwards")
            for item in rewrites
            if {*broken} & {*item.edits}
        ]
    after = ground.rewritten(contents).counts
    new = after - ground.counts
    places = {identity[2] for identity in new}
    if new:
        reason = f"the lint would then find {', '.join(sorted({identity[0] for identity in new}))}"
        return [(item, reason) for item in rewrites if places & {*item.edits}] or [
            (i, reason) for i in rewrites
        ]
    expected = Counter(identity for item in rewrites for identity in item.mends)
    left: set[Identity] = {i for i, count in expected.items() if after[i] > ground.counts[i] - count}
    return [(item, "the lint would still find it") for item in rewrites if left & {*item.mends}]


def _failed(rewrite: Rewrite, reason: str) -> ByHand:
    return ByHand(rewrite.path, rewrite.line, rewrite.what, f"Not done: {reason}.")


def _is_python(content: bytes) -> bool:
    try:
        Text(content)
    except (SyntaxError, ValueError):
        return False
    return True


def _lines(content: bytes) -> list[str]:
    return content.decode().splitlines(keepends=True)


def _require_libcst() -> None:
    from importlib.util import find_spec

    if find_spec("libcst") is None:
        raise FixExtraMissing
