"""Which bounded contexts does this project declare, and what belongs to each?

The map is `[tool.boundaries]` of a `pyproject.toml`, or a TOML file of any name with the same tables at top
level. Loading it needs neither Django nor the project's packages; every mistake is refused with its line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from boundaries.contexts.claim import ClaimedTwice, check_claims
from boundaries.contexts.context import (
    Context,
    MissingEnvironment,
    Mode,
    Service,
    ServiceNotDeclared,
    Severity,
    State,
)
from boundaries.contexts.declaration import included, keys_of, read_context, read_severity
from boundaries.contexts.reading import TableReader, nearest_spelling
from boundaries.contexts.source import MapSource, Place, find_map, read_source
from boundaries.errors import BoundaryError

Side = Literal["offending", "owned"]

__all__ = [
    "CheckOptions", "Context", "ContextMap", "MissingEnvironment", "Mode", "Service", "ServiceNotDeclared", "Severity",
    "Side", "State", "UnknownContext", "current_map", "load_map", "reset_map",
]  # fmt: skip

_MAP_KEYS = (
    "root", "baseline", "settings", "contexts", "include", "check", "owners", "rehearsal", "compiled",
)  # fmt: skip
_BASELINE_KEYS = ("file", "split")
_CHECK_KEYS = ("tests", "type_checking", "loaders", "exclude", "severity")


class UnknownContext(BoundaryError):
    """Raised when a context is named that the map does not declare."""

    code = "BD106"
    problem = "{where}there is no context {name!r} in the map."
    remedy = "Did you mean {nearest!r}? Declared: {known}."


@dataclass(frozen=True)
class CheckOptions:
    """What the lint counts beyond its defaults (tests, `TYPE_CHECKING` imports, own loaders), and how grave
    each rule is, by its code.
    """

    tests: bool = False
    type_checking: bool = False
    loaders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True)
class ContextMap:
    """A valid map. `root`, `baseline` and services' folders are absolute paths.

    `baseline_split` says on whose side of a violation its entry lies, with one file of the baseline's name in
    each context's folder; None: there is one file. `owners` has the CODEOWNERS handles of each owner.
    """

    path: Path
    root: Path
    baseline: Path
    settings: str | None
    contexts: Mapping[str, Context]
    rehearsal: Mapping[str, Any] = field(default_factory=dict)
    check: CheckOptions = field(default_factory=CheckOptions)
    compiled: bool = False
    baseline_split: Side | None = None
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that says something of the map: its own, and those of contexts that have one."""
        return tuple(dict.fromkeys([self.path, *(context.path for context in self.contexts.values())]))

    def shown(self, path: Path) -> str:
        """A path as people read it: relative to the root where it lies below it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def context(self, name: str) -> Context:
        """The context of that name.

        :raises UnknownContext: with the nearest spelling.
        """
        if name not in self.contexts:
            raise _unknown_context(name, self.contexts)
        return self.contexts[name]

    def context_of_module(self, dotted: str) -> str | None:
        """The context that owns a module: the one with the longest matching package; None outside all."""
        prefix = dotted
        while prefix:
            if (owner := self._owners.get(prefix)) is not None:
                return owner
            prefix = prefix.rpartition(".")[0]
        return None

    def context_of_model_label(self, label: str) -> str | None:
        """The context that claims `app_label.Model` by name under `models`; letter case is ignored."""
        return self._model_owners.get(label.lower())

    @cached_property
    def _owners(self) -> dict[str, str]:
        owners = {package: context.name for context in self.contexts.values() for package in context.packages}
        for context in self.contexts.values():
            for door in context.public:
                if self._claimed_by_nobody(door, owners):
                    owners[door] = context.name
        return owners

    @cached_property
    def _model_owners(self) -> dict[str, str]:
        return {label.lower(): context.name for context in self.contexts.values() for label in context.models}

    @staticmethod
    def _claimed_by_nobody(module: str, owners: Mapping[str, str]) -> bool:
        parts = module.split(".")
        return not any(".".join(parts[:size]) in owners for size in range(1, len(parts) + 1))


def load_map(path: Path | None = None) -> ContextMap:
    """Read and validate a map: the given file, or the nearest one in the current directory or above it.

    :raises MapNotFound: when there is none.
    :raises BoundaryError: for anything wrong in it, with line and nearest spelling.
    """
    found = find_map(Path.cwd()) if path is None else Path(os.path.abspath(path))  # noqa: PTH100 - keeps symlinks
    return _read_map(read_source(found))


_current: ContextMap | None = None


def current_map() -> ContextMap:
    """The map of the running project, read once per process.

    The setting `BOUNDARIES["MAP"]` names it (relative to `BASE_DIR`); otherwise the nearest one above
    `BASE_DIR`, or above the current directory in a project without that setting.
    """
    global _current  # noqa: PLW0603
    if _current is None:
        _current = load_map(_configured_path())
    return _current


def reset_map() -> None:
    """Forget the current map, so that the next use reads it again. For tests and for `init --write`."""
    global _current  # noqa: PLW0603
    _current = None


def _configured_path() -> Path:
    from django.conf import settings

    from boundaries.conf import setting

    base = Path(getattr(settings, "BASE_DIR", None) or Path.cwd())
    named = setting("MAP")
    return base / named if named else find_map(base)


def _read_map(source: MapSource) -> ContextMap:
    table = TableReader(source, (), source.values, known=_MAP_KEYS)
    folder = source.path.parent
    root = Path(os.path.normpath(folder / (table.text("root") or ".")))
    if not root.is_dir():
        table.refuse("root", f"names {str(root)!r}, which is no folder", 'root = "."')
    sources = _read_sources(source, table, root=root)
    contexts = {name: read_context(declared, name, folder=folder) for name, declared in sources.items()}
    baseline, split = _read_baseline(source, table)
    context_map = ContextMap(
        path=source.path,
        root=root,
        baseline=folder / baseline,
        baseline_split=split,
        settings=table.text("settings"),
        contexts=contexts,
        rehearsal=table.mapping("rehearsal"),
        check=_read_check(source),
        compiled=table.flag("compiled"),
        owners=_read_owners(source),
    )
    _check_names(context_map, sources)
    check_claims(contexts.values(), sources, root=None if context_map.compiled else root)
    return context_map


def _read_sources(source: MapSource, table: TableReader, *, root: Path) -> dict[str, MapSource]:
    """Where each context is declared: in the map itself, or in a file of its own."""
    values = source.values.get("contexts", {})
    declared = TableReader(source, ("contexts",), values, known=keys_of(values))
    sources = dict.fromkeys(declared.values, source)
    for name, own in included(source, table, root=root):
        if name in sources:
            raise ClaimedTwice(
                path=str(own.path), line=own.line_of(("contexts", name)), what=name,
                first=str(sources[name].path), second=str(own.path),
            )  # fmt: skip
        sources[name] = own
    return sources


def _read_check(source: MapSource) -> CheckOptions:
    table = TableReader(source, ("check",), source.values.get("check", {}), known=_CHECK_KEYS)
    return CheckOptions(
        tests=table.flag("tests"),
        type_checking=table.flag("type_checking"),
        loaders=table.texts("loaders") or (),
        exclude=table.texts("exclude") or (),
        severity=read_severity(source, ("check", "severity"), table.values.get("severity", {})),
    )


def _read_baseline(source: MapSource, table: TableReader) -> tuple[str, Side | None]:
    """The file's name, and how it is split: from a string, or from a table."""
    name = "boundaries-baseline.json"
    values = table.values.get("baseline")
    if not isinstance(values, dict):
        return table.text("baseline") or name, None
    inner = TableReader(source, ("baseline",), values, known=_BASELINE_KEYS)
    split = cast("Side", inner.choice("split", get_args(Side))) if "split" in values else None
    file = inner.text("file") or name
    if split and Path(file).name != file:
        inner.refuse("file", "names a folder, and the map splits the baseline", f'file = "{Path(file).name}"')
    return file, split


def _read_owners(source: MapSource) -> dict[str, tuple[str, ...]]:
    values = source.values.get("owners", {})
    table = TableReader(source, ("owners",), values, known=keys_of(values))
    return {name: table.texts(name) or () for name in table.values}


def _check_names(context_map: ContextMap, sources: Mapping[str, MapSource]) -> None:
    for context in context_map.contexts.values():
        source = sources[context.name]
        for key, names in (("calls", context.calls or ()), ("listens_to", context.listens_to)):
            place: Place = ("contexts", context.name, key)
            for name in names:
                if name not in context_map.contexts:
                    where = f"{source.path}:{source.line_of(place, name)}: {'.'.join(place)}: "
                    raise _unknown_context(name, context_map.contexts, where=where)


def _unknown_context(name: str, known: Iterable[str], *, where: str = "") -> UnknownContext:
    names = sorted(known)
    return UnknownContext(
        where=where, name=name, nearest=nearest_spelling(name, names), known=", ".join(names) or "none"
    )
