"""Which deployables are there, and which contexts does each run?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from boundaries.contexts.map import Context, ContextMap, load_map

MONOLITH = "monolith"


@dataclass(frozen=True)
class Deployable:
    """A service or the monolith: its folder, its contexts, the map that it runs with, its settings module."""

    name: str
    folder: Path
    contexts: tuple[str, ...]
    map: ContextMap = field(repr=False)

    @property
    def is_service(self) -> bool:
        """Whether it was cut out of the monolith."""
        return self.name != MONOLITH

    @property
    def settings(self) -> Path | None:
        """The file of its settings, where there is one."""
        if self.map.settings is None:
            return None
        path = self.map.root.joinpath(*self.map.settings.split("."))
        found = (path.with_suffix(".py"), path / "__init__.py")
        return next((file for file in found if file.is_file()), None)

    @cached_property
    def project(self) -> dict[str, Any]:
        """The `[project]` table of its pyproject.toml; empty where that says nothing."""
        try:
            return dict(tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8")).get("project", {}))
        except (OSError, ValueError):
            return {}


@dataclass(frozen=True)
class Landscape:
    """The deployables of a map, the monolith first, and whom each context calls while its caller waits.

    `calls` is what the map and the service's own map declare.
    """

    map: ContextMap
    deployables: tuple[Deployable, ...]
    calls: Mapping[str, tuple[str, ...]]

    @property
    def services(self) -> tuple[Deployable, ...]:
        """Those that were cut out."""
        return tuple(deployable for deployable in self.deployables if deployable.is_service)

    def home_of(self, context: str) -> Deployable:
        """The deployable that runs a context."""
        return next(deployable for deployable in reversed(self.deployables) if context in deployable.contexts)


def read_landscape(context_map: ContextMap) -> Landscape:
    """The services whose folders exist, and the monolith with every context that has none.

    :raises BoundaryError: when a service's own map is wrong.
    """
    cut_out = [context for context in context_map.contexts.values() if _is_cut_out(context)]
    services = [_service(context) for context in cut_out]
    left = set(context_map.contexts) - {service.name for service in services}
    monolith = Deployable(MONOLITH, context_map.root, tuple(sorted(left)), context_map)
    calls = {name: _calls(context) for name, context in context_map.contexts.items()}
    for service in services:
        own = service.map.contexts.get(service.name)
        extra = _calls(own) if own else ()
        calls[service.name] = tuple(dict.fromkeys([*calls[service.name], *extra]))
    return Landscape(context_map, (monolith, *services), calls)


def _is_cut_out(context: Context) -> bool:
    return context.service is not None and (context.service.path / "boundaries.toml").is_file()


def _service(context: Context) -> Deployable:
    assert context.service is not None
    folder = context.service.path
    return Deployable(context.name, folder, (context.name,), load_map(folder / "boundaries.toml"))


def _calls(context: Context) -> tuple[str, ...]:
    return tuple(context.calls or ())
