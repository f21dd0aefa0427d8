"""How is one context read from its table, in the map or in a file of its own?

A context's table means the same in both places: `[contexts.payments]` of the map, or `[context]` of a
`boundaries.toml` in its own folder, which the map names under `include`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from boundaries.contexts.context import Context, Mode, Service, Severity, State
from boundaries.contexts.reading import TableReader
from boundaries.contexts.source import CONTEXT, MapSource, Place, read_source

_CONTEXT_KEYS = (
    "packages", "models", "owner", "public", "facade", "implementation", "calls", "listens_to", "state",
    "mode", "shared", "severity", "service",
)  # fmt: skip
_SERVICE_KEYS = ("path", "url", "database", "admin")


def read_context(source: MapSource, name: str, *, folder: Path) -> Context:
    """One context, from `[contexts.NAME]` of a source; its service's folder is relative to the map's `folder`."""
    place = ("contexts", name)
    values = source.values["contexts"][name]
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
        severity=read_severity(source, (*place, "severity"), table.values.get("severity", {})),
        service=_read_service(source, name, table.values.get("service"), folder),
        path=source.path,
        line=source.line_of(place),
    )
    if context.shared and (context.calls or context.listens_to):
        table.refuse("shared", "is true, and a kernel may use no other context", "no calls and no listens_to")
    return context


def _object_path(table: TableReader, key: str) -> str | None:
    value = table.text(key)
    if value is not None and (value.count(":") != 1 or not all(value.split(":"))):
        table.refuse(key, f"is {value!r}, not a module and a class", f'{key} = "package.module:ClassName"')
    return value


def _read_service(source: MapSource, name: str, values: object, folder: Path) -> Service | None:
    if values is None:
        return None
    table = TableReader(source, ("contexts", name, "service"), values, known=_SERVICE_KEYS)
    path = folder / (table.text("path") or f"extracted/{name}")
    return Service(
        path=path,
        url=table.text("url"),
        database=table.text("database"),
        context=name,
        admin=table.text("admin"),
    )


def included(source: MapSource, table: TableReader, *, root: Path) -> Iterator[tuple[str, MapSource]]:
    """Every context that a file of its own declares, under the name that it gives or its folder has, with a
    source that looks as if the map had declared it. Its folder is its package unless it says otherwise.
    """
    folder = source.path.parent
    for pattern in table.texts("include") or ():
        paths = sorted(folder.glob(pattern)) if not Path(pattern).is_absolute() else []
        if not paths:
            table.refuse(
                "include", f"has {pattern!r}, which matches no file", 'include = ["*/boundaries.toml"]'
            )
        for path in paths:
            yield _as_declared(read_source(path), root)


def _as_declared(own: MapSource, root: Path) -> tuple[str, MapSource]:
    folder = own.path.parent
    table = TableReader(own, (), own.values, known=(CONTEXT,))
    inner = TableReader(own, (CONTEXT,), own.values.get(CONTEXT), known=("name", *_CONTEXT_KEYS))
    name = inner.text("name") or folder.name
    values = {key: value for key, value in inner.values.items() if key != "name"}
    if "packages" not in values and folder.is_relative_to(root):
        values["packages"] = [".".join(folder.relative_to(root).parts)]
    lines = {
        ("contexts", name, *place[1:]): line for place, line in own.lines.items() if place[:1] == (CONTEXT,)
    }
    return name, replace(table.source, values={"contexts": {name: values}}, lines=lines)


def read_severity(source: MapSource, place: Place, values: object) -> dict[str, Severity]:
    """The severities of rules by code. Any code is taken here; the lint knows which there are."""
    table = TableReader(source, place, values, known=keys_of(values))
    return {code: cast("Severity", table.choice(code, get_args(Severity))) for code in table.values}


def keys_of(values: object) -> tuple[str, ...]:
    """Every key of a table whose keys are the user's own."""
    return tuple(values) if isinstance(values, dict) else ()
