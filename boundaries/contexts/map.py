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

from boundaries.contexts.claim import check_claims
from boundaries.contexts.reading import TableReader, nearest_spelling
from boundaries.contexts.source import MapSource, Place, find_map, read_source
from boundaries.errors import BoundaryError

State = Literal["inside", "moving", "outside"]
Mode = Literal["strict", "open"]
Severity = Literal["error", "warning", "off"]
Side = Literal["offending", "owned"]

_MAP_KEYS = ("root", "baseline", "settings", "contexts", "check", "owners", "rehearsal", "compiled")
_BASELINE_KEYS = ("file", "split")
_CONTEXT_KEYS = (
    "packages", "models", "owner", "public", "facade", "implementation", "calls", "listens_to", "state",
    "mode", "shared", "severity", "service",
)  # fmt: skip
_SERVICE_KEYS = ("path", "url", "database")
_CHECK_KEYS = ("tests", "type_checking", "loaders", "exclude", "severity")


class UnknownContext(BoundaryError):
    """Raised when a context is named that the map does not declare."""

    code = "BD106"
    problem = "{where}there is no context {name!r} in the map."
    remedy = "Did you mean {nearest!r}? Declared: {known}."


class MissingEnvironment(BoundaryError):
    """Raised when the map says `env:NAME` and that environment variable is not set."""

    code = "BD109"
    problem = "{variable} is not set; the map names it as the {key} of the service of {context}."
    remedy = (
        "Set this environment variable, or write the value into [tool.boundaries.contexts.{context}.service]."
    )


class ServiceNotDeclared(BoundaryError):
    """Raised when something about a context's service is needed that the map does not say."""

    code = "BD110"
    problem = "The map gives no {key} for the service of {context}."
    remedy = 'Add `{key} = "env:NAME"` to [tool.boundaries.contexts.{context}.service].'


@dataclass(frozen=True)
class Service:
    """The standalone deployable of one context: its folder (absolute), address and database."""

    path: Path
    url: str | None
    database: str | None
    context: str = ""

    def resolve_url(self) -> str:
        """The address; `env:NAME` is looked up.

        :raises MissingEnvironment: when the variable is not set.
        :raises ServiceNotDeclared: when the map gives no address.
        """
        return self._resolve("url", self.url)

    def resolve_database(self) -> str:
        """The URL of the mover's login on the service's database; `env:NAME` is looked up.

        :raises MissingEnvironment: when the variable is not set.
        :raises ServiceNotDeclared: when the map gives no database.
        """
        return self._resolve("database", self.database)

    def _resolve(self, key: str, value: str | None) -> str:
        if value is None:
            raise ServiceNotDeclared(key=key, context=self.context)
        if not value.startswith("env:"):
            return value
        variable = value.removeprefix("env:")
        if not os.environ.get(variable):
            raise MissingEnvironment(variable=variable, key=key, context=self.context)
        return os.environ[variable]


@dataclass(frozen=True)
class Context:
    """One bounded context as declared. `calls` is None when the key is absent: not the same as empty.

    `severity` is by a rule's code; it goes before `mode` and before what the map says for all contexts.
    """

    name: str
    packages: tuple[str, ...]
    models: tuple[str, ...] = ()
    owner: str | None = None
    public: tuple[str, ...] = ()
    facade: str | None = None
    implementation: str | None = None
    calls: tuple[str, ...] | None = None
    listens_to: tuple[str, ...] = ()
    state: State = "inside"
    mode: Mode = "strict"
    shared: bool = False
    severity: Mapping[str, Severity] = field(default_factory=dict)
    service: Service | None = None

    def is_public(self, module: str) -> bool:
        """Whether the module is one of the context's doors, or lies inside one; the facade's module is one."""
        doors = (*self.public, self.facade.partition(":")[0]) if self.facade else self.public
        return any(module == door or module.startswith(f"{door}.") for door in doors)


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
    declared = TableReader(
        source, ("contexts",), source.values.get("contexts", {}), known=_keys(source.values.get("contexts"))
    )
    contexts = {name: _read_context(source, name, values) for name, values in declared.values.items()}
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
    _check_names(context_map, source)
    check_claims(contexts.values(), source, root=None if context_map.compiled else root)
    return context_map


def _keys(values: object) -> tuple[str, ...]:
    """Every key of a table whose keys are the user's own."""
    return tuple(values) if isinstance(values, dict) else ()


def _read_context(source: MapSource, name: str, values: object) -> Context:
    place = ("contexts", name)
    table = TableReader(source, place, values, known=_CONTEXT_KEYS)
    packages = table.texts("packages")
    if packages is None:
        table.refuse("packages", "is missing", f'packages = ["{name}"]')
    public = table.texts("public")
    context = Context(
        name=name,
        packages=packages or (),
        models=table.texts("models") or (),
        owner=table.text("owner"),
        public=tuple(f"{package}.public" for package in packages or ()) if public is None else public,
        facade=_object_path(table, "facade"),
        implementation=_object_path(table, "implementation"),
        calls=table.texts("calls"),
        listens_to=table.texts("listens_to") or (),
        state=cast("State", table.choice("state", ("inside", "moving", "outside"))),
        mode=cast("Mode", table.choice("mode", ("strict", "open"))),
        shared=table.flag("shared"),
        severity=_read_severity(source, (*place, "severity"), table.values.get("severity", {})),
        service=_read_service(source, name, table.values.get("service")),
    )
    if context.shared and (context.calls or context.listens_to):
        table.refuse("shared", "is true, and a kernel may use no other context", "no calls and no listens_to")
    return context


def _object_path(table: TableReader, key: str) -> str | None:
    value = table.text(key)
    if value is not None and (value.count(":") != 1 or not all(value.split(":"))):
        table.refuse(key, f"is {value!r}, not a module and a class", f'{key} = "package.module:ClassName"')
    return value


def _read_service(source: MapSource, name: str, values: object) -> Service | None:
    if values is None:
        return None
    table = TableReader(source, ("contexts", name, "service"), values, known=_SERVICE_KEYS)
    path = source.path.parent / (table.text("path") or f"extracted/{name}")
    return Service(path=path, url=table.text("url"), database=table.text("database"), context=name)


def _read_check(source: MapSource) -> CheckOptions:
    table = TableReader(source, ("check",), source.values.get("check", {}), known=_CHECK_KEYS)
    return CheckOptions(
        tests=table.flag("tests"),
        type_checking=table.flag("type_checking"),
        loaders=table.texts("loaders") or (),
        exclude=table.texts("exclude") or (),
        severity=_read_severity(source, ("check", "severity"), table.values.get("severity", {})),
    )


def _read_severity(source: MapSource, place: Place, values: object) -> dict[str, Severity]:
    """Any code is taken here; the lint knows which there are."""
    table = TableReader(source, place, values, known=_keys(values))
    return {code: cast("Severity", table.choice(code, get_args(Severity))) for code in table.values}


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
    table = TableReader(source, ("owners",), values, known=_keys(values))
    return {name: table.texts(name) or () for name in table.values}


def _check_names(context_map: ContextMap, source: MapSource) -> None:
    for context in context_map.contexts.values():
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
