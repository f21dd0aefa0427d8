"""Which Django apps does the source hold, and under which labels?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from boundaries.enforcement.source.facts import ClassFact, FileFacts
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.tree import SourceFile


@dataclass(frozen=True, slots=True)
class App:
    """One Django app: the package that holds it and its label."""

    package: str
    label: str
    is_configured: bool


class Apps:
    """The apps of a project, found by their `AppConfig`, their models or their migrations."""

    def __init__(self, project: Project) -> None:
        found: dict[str, App] = {}
        for file, facts in project.files():
            for app in _apps_of(file, facts):
                known = found.get(app.package)
                if known is None or (app.is_configured and not known.is_configured):
                    found[app.package] = app
        self._by_package = found

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
            yield App(holder, holder.rpartition(".")[2], is_configured=False)
        return
    for config in facts.classes:
        if package and _is_config(config):
            name = config.name or package
            label = config.label or name.rpartition(".")[2]
            yield App(package, label, is_configured=True)
    parent, _, last = file.module.rpartition(".")
    if parent and last == "models":
        yield App(parent, parent.rpartition(".")[2], is_configured=False)


def _is_config(fact: ClassFact) -> bool:
    return bool(fact.name) and any(base.endswith("Config") for base in fact.bases)
