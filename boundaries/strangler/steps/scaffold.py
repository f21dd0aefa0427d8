"""Step `scaffold`: how does the context's code become a service that stands alone?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from boundaries.contexts.map import ServiceNotDeclared
from boundaries.strangler.code.blueprint import Blueprint, draw
from boundaries.strangler.code.folder import Comparison, compare, is_empty, show_differences, write
from boundaries.strangler.code.generate import generate
from boundaries.strangler.code.manifest import read_manifest
from boundaries.strangler.gate import Gate
from boundaries.strangler.step import Move
from boundaries.strangler.steps.plan import list_blockers

_BEFORE_A_DATABASE = ("", "plan", "scaffold")


class Scaffold:
    """Writes the service's folder, and never over a file that somebody has edited."""

    name = "scaffold"
    what = "writes the standalone service: code, settings, history, tests, image, pipeline, contract"
    way_back = "delete the folder"
    comes_after = "plan"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """The plan, asked again, has no blocker; the folder is empty or was written by this step."""
        # While it moves, a new table comes to the service first, and is not in this database yet.
        blockers = [
            blocker for blocker in list_blockers(move) if not (_is_moving(move) and blocker.code == "BD535")
        ]
        first = (
            f"{len(blockers)} in the plan, first {blockers[0].code}: {blockers[0].what}"
            if blockers
            else "0 blockers"
        )
        yield Gate(
            "plan has no blocker",
            not blockers,
            first,
            f"Run `boundaries extract {move.name} plan` and work off its list.",
        )
        if not blockers:
            yield _folder_gate(move)

    def describe(self, move: Move) -> list[str]:
        """The files that would be written, updated and left alone."""
        comparison = compare(folder_of(move), _files(move, draw(move.map, move.context)), context=move.name)
        return [
            f"{action}: {', '.join(paths)}"
            for action, paths in comparison.as_dict().items()
            if paths and action != "unchanged"
        ] or ["nothing to write"]

    def run(self, move: Move) -> dict[str, Any]:
        """Write what is new or outdated; with the option `diff` also show what edited files would have become."""
        folder = folder_of(move)
        blueprint = draw(move.map, move.context)
        move.progress.report("writing the files and the history of the service")
        files = _files(move, blueprint)
        comparison = write(folder, files, context=move.name)
        figures = _figures(move, blueprint, comparison)
        if move.options.get("diff"):
            figures["diff"] = show_differences(folder, files, comparison)
        return figures

    def render(self, figures: dict[str, Any]) -> str:
        """What was done, as text for a terminal."""
        return "\n".join(_told(figures)) + "\n"


def folder_of(move: Move) -> Path:
    """Where the service lies.

    :raises ServiceNotDeclared: when the map does not say.
    """
    if move.context.service is None:
        raise ServiceNotDeclared(key="path", context=move.name)
    return Path(os.path.abspath(move.context.service.path))  # noqa: PTH100 - keeps symlinks


def _files(move: Move, blueprint: Blueprint) -> dict[str, bytes]:
    """A history that a database may have is added to; before that it is written anew."""
    is_applied = move.extraction.reached not in _BEFORE_A_DATABASE or _is_moving(move)
    return generate(blueprint, history=folder_of(move) if is_applied else None)


def _is_moving(move: Move) -> bool:
    """Also on a developer's machine, whose database knows nothing of the move: the map does."""
    return move.context.state == "moving"


def _folder_gate(move: Move) -> Gate:
    folder = folder_of(move)
    manifest = read_manifest(folder)
    if is_empty(folder):
        figure, passed = "it is empty", True
    elif manifest is None:
        figure, passed = f"{_shown(move, folder)} holds files that scaffold did not write", False
    else:
        figure, passed = (
            f"{_shown(move, folder)} was written for {manifest.context}",
            manifest.context == move.name,
        )
    return Gate(
        "the service's folder is ours", passed, figure, "Empty the folder, or name another `path` in the map."
    )


def _figures(move: Move, blueprint: Blueprint, comparison: Comparison) -> dict[str, Any]:
    return {
        "path": _shown(move, folder_of(move)),
        "files": sum(map(len, (comparison.new, comparison.updated, comparison.unchanged, comparison.edited))),
        **comparison.as_dict(),
        "borrowed": blueprint.borrowed,
        "required_variables": [item.variable for item in blueprint.variables if item.is_required],
        "unknown_imports": list(blueprint.requirements.unknown),
    }


def _shown(move: Move, folder: Path) -> str:
    return (
        folder.relative_to(move.map.root).as_posix() if folder.is_relative_to(move.map.root) else str(folder)
    )


_NOTES = {
    "edited": "edited by hand, left as it is (--diff shows what it would become)",
    "deleted": "deleted by hand, not written again (delete its line in .scaffold.json to have it back)",
    "obsolete": "no longer part of the service, removed",
    "orphaned": "no longer part of the service but edited, left as it is",
    "unknown_imports": "imported, but no installed distribution has it: add it to pyproject.toml",
    "required_variables": "has to be in the service's environment",
}


def _told(figures: dict[str, Any]) -> Iterable[str]:
    yield (
        f"{figures['path']}: {len(figures['new'])} files new, {len(figures['updated'])} updated, "
        f"{len(figures['unchanged'])} unchanged."
    )
    for key, note in _NOTES.items():
        yield from (f"  {name}: {note}." for name in figures[key])
    if figures.get("diff"):
        yield figures["diff"].rstrip()


STEP = Scaffold()
