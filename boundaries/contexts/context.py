"""What does the map say about one bounded context?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from boundaries.errors import BoundaryError

State = Literal["inside", "moving", "outside"]
Mode = Literal["strict", "open"]
Severity = Literal["error", "warning", "off"]


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
    """The standalone deployable of one context: its folder (absolute), address and database.

    `admin` is where browsers find its admin; it has none where the map gives no such address.
    """

    path: Path
    url: str | None
    database: str | None
    context: str = ""
    admin: str | None = None

    def resolve_url(self) -> str:
        """The address; `env:NAME` is looked up.

        :raises MissingEnvironment: when the variable is not set.
        :raises ServiceNotDeclared: when the map gives no address.
        """
        return self._resolve("url", self.url)

    def resolve_admin(self) -> str:
        """The address of its admin, as browsers find it; `env:NAME` is looked up.

        :raises MissingEnvironment: when the variable is not set.
        :raises ServiceNotDeclared: when the map gives no address.
        """
        return self._resolve("admin", self.admin)

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
    `path` and `line` tell where it is declared.
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
    path: Path = field(default=Path(), compare=False)
    line: int = field(default=1, compare=False)

    def is_public(self, module: str) -> bool:
        """Whether the module is one of the context's doors, or lies inside one; the facade's module is one."""
        doors = (*self.public, self.facade.partition(":")[0]) if self.facade else self.public
        return any(module == door or module.startswith(f"{door}.") for door in doors)
