"""Which Django apps does the source hold, and under which labels?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from boundaries.enforcement.source.facts import ClassFact, FileFacts
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.tree import SourceFile


class Sign(IntEnum):
    """What tells of an app, the clearest last."""

    MODELS = 1
    MIGRATIONS = 2
    CONFIG = 3


@dataclass(frozen=True, slots=True)
class App:
    """One Django app: the package that holds it, its label, and what it was found by."""

    package: str
    label: str
    sign: Sign

    @property
    def is_configured(self) -> bool:
        """Whether an `AppConfig` tells of it."""
        return self.sign is Sign.CONFIG


class Apps:
    """The apps of a project, found by their `AppConfig`, their models or their migrations."""

    def __init__(self, project: Project) -> None:
        found: dict[str, App] = {}
        for file, facts in project.files():
            for app in _apps_of(file, facts):
                known = found.get(app.package)
                if known is None or app.sign > known.sign:
                    found[app.package] = app
        self._by_package = {
            package: app for package, app in found.items() if not _is_part(app, found, project)
        }

    def all(self) -> list[App]:
        """Every app, by package."""
        return [self._by_package[package] for package in sorted(self._by_package)]

    def of_module(self, module: str) -> App | None:
        """The app that a module belongs to: the longest package that holds it."""
        prefix = module
        while prefix:
            if prefix in self._by_package:
                return self._by_package[prefix]
            prefix = prefix.rpartition(".")[0]
        return None

    def label_of(self, module: str) -> str:
        """The label of a module's app; outside all apps, what Django would call it."""
        app = self.of_module(module)
        if app is not None:
            return app.label
        parts = module.split(".")
        return parts[-2] if len(parts) > 1 and parts[-1] == "models" else parts[-1]

    def with_label(self, label: str) -> list[App]:
        """The apps of that label; several where labels clash."""
        return [app for app in self.all() if app.label == label]


def _apps_of(file: SourceFile, facts: FileFacts) -> Iterator[App]:
    package = file.module if file.is_package else file.module.rpartition(".")[0]
    if file.purpose == "migration":
        holder = file.module.split(".migrations")[0]
        if holder and holder != file.module:
            yield App(holder, holder.rpartition(".")[2], Sign.MIGRATIONS)
        return
    for config in facts.classes:
        if package and _is_config(config):
            # In a package `apps`, or in any module below, the name tells whose configuration it is.
            holder = config.name if package.startswith(f"{config.name}.") else package
            label = config.label or config.name.rpartition(".")[2]
            yield App(holder, label, Sign.CONFIG)
    parent, _, last = file.module.rpartition(".")
    if parent and last == "models":
        yield App(parent, parent.rpartition(".")[2], Sign.MODELS)


def _is_config(fact: ClassFact) -> bool:
    return bool(fact.name) and any(base.endswith("Config") for base in fact.bases)


def _is_part(app: App, found: Mapping[str, App], project: Project) -> bool:
    """Whether it is no app but a part of the one around it: `app.models.models`, or `app.base.models` that
    only holds abstract models.
    """
    if app.sign is not Sign.MODELS:
        return False
    parent, _, last = app.package.rpartition(".")
    if last == "models" and parent in found:
        return True
    is_inside = any(
        other.is_configured and app.package.startswith(f"{other.package}.") for other in found.values()
    )
    return is_inside and not _has_tables(project.modules[f"{app.package}.models"][1])


def _has_tables(facts: FileFacts) -> bool:
    return any(
        not fact.abstract and "." not in fact.qualname and set(fact.bases) - {".object"}
        for fact in facts.classes
    )
