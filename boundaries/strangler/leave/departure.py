"""Which files of the monolith change when a context has left, and what is left over elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from boundaries.contexts import ownership
from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.source.tree import SourceFile
from boundaries.errors import BoundaryError
from boundaries.facades import way_back_checks
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.leave.leftover import Leftover, find_leftovers
from boundaries.strangler.leave.migration import leave_migrations
from boundaries.strangler.leave.remains import Remains, find_remains, prune
from boundaries.strangler.leave.working_tree import require_clean
from boundaries.strangler.map_table import with_state

_NOT_OTHER = (".py", ".pyc", ".toml")
_EMPTY_MODELS = '"""The models of {context} are in its service; old migrations still name this module."""\n'


class ModelStillNeeded(BoundaryError):
    """Raised when what must stay of a context's code needs one of the models that go."""

    code = "BD864"
    problem = "{module} must stay, since the door or a migration imports it, and it needs the model {model}."
    remedy = "Move what they import into a module that needs no model, and run the same command again."


class ModelElsewhere(BoundaryError):
    """Raised when a model of the context lies in code that is not the context's own, and so would stay."""

    code = "BD869"
    problem = "The model {model} of {context} is in {module}, whose code belongs to {owner}."
    remedy = "Move the class into a module of {context} (same app label, same table), and run the same command again."


class StillUsed(BoundaryError):
    """Raised when code that stays names modules that go; nothing has been written."""

    code = "BD866"
    problem = "{count} in code that stays use what goes with {context}; the first: {first}."
    remedy = "Take them out first (`boundaries extract {context} complete --write --dry-run` lists them all)."


@dataclass(slots=True)
class Departure:
    """What will be written and deleted, as absolute paths, and what is left over."""

    context: str
    written: dict[Path, str] = field(default_factory=dict)
    deleted: list[Path] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)


def plan_departure(context_map: ContextMap, context: Context) -> Departure:
    """Everything that `carry_out` would do; changes nothing.

    :raises ModelStillNeeded: when the door or a migration cannot do without a model.
    :raises ModelElsewhere: when a model lies in somebody else's code.
    :raises boundaries.strangler.leave.history.HistoryUnsettled: when the leave-migration cannot be written.
    """
    tree = SourceTree(context_map)
    remains = find_remains(tree, context)
    _require_no_model(context_map, context, remains)
    departure = Departure(context.name)
    for migration in leave_migrations(context.name):
        if not migration.is_written:
            departure.written[migration.path] = migration.text
    removed = {
        file.module for file in tree.owned_by(context.name) if _take_out(tree, file, remains, departure)
    }
    departure.deleted += [*_other_files(context_map, context), *_way_back_of(context)]
    departure.leftovers = find_leftovers(tree, context, removed)
    path, text = with_state(context, "outside", without=["implementation"])
    if text != path.read_text(encoding="utf-8"):
        departure.written[path] = text
    return departure


def carry_out(context_map: ContextMap, departure: Departure) -> None:
    """Write and delete, in a git working tree without changes.

    :raises StillUsed: while code that stays would break.
    :raises boundaries.strangler.leave.working_tree.TreeNotClean: unless git could take all of it back.
    """
    breaking = [found for found in departure.leftovers if found.breaks]
    if breaking:
        count = f"{len(breaking)} place{'s' if len(breaking) > 1 else ''}"
        raise StillUsed(context=departure.context, count=count, first=breaking[0])
    if departure.written or departure.deleted:
        require_clean(context_map.root, f"the code of {departure.context}")
    for path, text in departure.written.items():
        path.write_text(text, encoding="utf-8")
    for path in departure.deleted:
        path.unlink()
    for folder in sorted({path.parent for path in departure.deleted}, key=lambda path: -len(path.parts)):
        _remove_if_empty(folder)


def _require_no_model(context_map: ContextMap, context: Context, remains: Remains) -> None:
    for model in ownership.models_of(context.name):
        module = model.__module__
        owner = context_map.context_of_module(module)
        if owner != context.name:
            raise ModelElsewhere(
                context=context.name, model=model.__name__, module=module, owner=owner or "nobody"
            )
        names = remains.names.get(module, set())
        if not model._meta.auto_created and (module in remains.whole or model.__name__ in names):
            raise ModelStillNeeded(module=module, model=model.__name__)


def _take_out(tree: SourceTree, file: SourceFile, remains: Remains, departure: Departure) -> bool:
    """Note what becomes of one file; whether its module is gone."""
    path = Path(file.path)
    if file.module in remains.whole or file.purpose == "template":
        return False
    is_models = file.module.rpartition(".")[2] == "models" and file.purpose == "code"
    if file.module not in remains.names and not is_models:
        departure.deleted.append(path)
        return True
    text = prune(tree, file, remains.names.get(file.module, ()))
    if is_models and file.module not in remains.names:
        text = _EMPTY_MODELS.format(context=departure.context)
    if text != path.read_text(encoding="utf-8"):
        departure.written[path] = text
    return False


def _way_back_of(context: Context) -> list[Path]:
    """What keeps the service's tables as the monolith's were, where the service lies in this tree."""
    path = context.service.path / way_back_checks.FILE if context.service else None
    return [path] if path is not None and path.is_file() else []


def _other_files(context_map: ContextMap, context: Context) -> Iterator[Path]:
    """Templates, static files, translations and fixtures in the context's packages, but for the doors'."""
    for package in context.packages:
        folder = context_map.root.joinpath(*package.split("."))
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(context_map.root).parts[:-1]
            module = ".".join(parts)
            is_owned = context_map.context_of_module(module) == context.name
            # A contract lies beside its door: `public.contract.json`.
            is_door = context.is_public(".".join([*parts, path.name.partition(".")[0]]))
            is_other = path.suffix not in _NOT_OTHER and "migrations" not in parts
            if path.is_file() and is_owned and is_other and not (is_door or context.is_public(module)):
                yield path


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing but caches is left, and those above it."""
    while folder.is_dir() and all(path.name == "__pycache__" for path in folder.iterdir()):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        folder.rmdir()
        folder = folder.parent
