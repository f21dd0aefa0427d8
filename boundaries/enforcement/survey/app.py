"""Which Django apps does the project hold, and what tells that each is one?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boundaries.enforcement.source.app import App, Apps
from boundaries.enforcement.source.project import Project


@dataclass(frozen=True)
class FoundApp:
    """One app: the package that holds it, its label, and what it was found by."""

    package: str
    label: str
    reason: str


def find_apps(project: Project, installed: Iterable[str]) -> list[FoundApp]:
    """Every app, by package; also packages that only the settings name, such as those without models."""
    found = {app.package: _found(app, project) for app in Apps(project).all() if app.package}
    for package in _listed_packages(project, installed):
        found.setdefault(package, FoundApp(package, package.rpartition(".")[2], "INSTALLED_APPS"))
    return [found[package] for package in sorted(found)]


def _found(app: App, project: Project) -> FoundApp:
    if app.is_configured:
        return FoundApp(app.package, app.label, "an AppConfig")
    has_models = f"{app.package}.models" in project.modules
    return FoundApp(app.package, app.label, "a models module" if has_models else "migrations")


def _listed_packages(project: Project, installed: Iterable[str]) -> Iterator[str]:
    for entry in installed:
        module = project.modules.get(entry)
        if module is not None and module[0].is_package:
            yield entry
