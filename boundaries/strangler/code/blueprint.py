"""What is known about a service before its first file is written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings

from boundaries.contexts.map import Context, ContextMap
from boundaries.strangler.code import administration
from boundaries.strangler.code.closure import Closure, close
from boundaries.strangler.code.environment import Variable, find_variables
from boundaries.strangler.code.requirement import Requirements, require
from boundaries.strangler.code.service_map import peers_of
from boundaries.strangler.code.source import SourceTree

# What the kit needs on the served side; the context's own apps follow.
_BASE_APPS = (
    "django.contrib.contenttypes",
    "rest_framework",
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
)
_BELONGS_TO_ADMIN = frozenset({"django.contrib.admin"})


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One service. `apps` are entries of INSTALLED_APPS; `labels` those of its apps that have models."""

    map: ContextMap
    context: Context
    closure: Closure
    apps: tuple[str, ...]
    labels: tuple[str, ...]
    variables: tuple[Variable, ...]
    requirements: Requirements
    peers: tuple[str, ...]
    constants: dict[str, Any]

    @property
    def borrowed(self) -> list[str]:
        """The dotted modules of others that the service has a copy of."""
        return [file.module for file in self.closure.borrowed]


def draw(context_map: ContextMap, context: Context) -> Blueprint:
    """Everything that the files of the service are written from; the project's Django has to be running."""
    tree = SourceTree(context_map)
    closure = close(tree, context)
    own = [config for config in apps.get_app_configs() if _is_in(context_map, context, config)]
    borrowed = [file.module for file in closure.borrowed]
    files = (*closure.moved, *closure.borrowed)
    return Blueprint(
        map=context_map,
        context=context,
        closure=closure,
        apps=(
            *_base_apps(context),
            *_third_party_apps(closure, context),
            *(_entry(config) for config in own),
        ),
        labels=tuple(config.label for config in own),
        variables=tuple(find_variables(tree, files, settings_module=settings.SETTINGS_MODULE)),
        requirements=require(
            closure.third_party,
            root=context_map.root,
            test_imports=closure.test_tools,
            more=[administration.DISTRIBUTION] if administration.has_admin(context) else [],
        ),
        peers=tuple(p.name for p in peers_of(context_map, context, borrowed=borrowed) if not p.shared),
        constants={
            name: getattr(settings, name)
            for name in ("LANGUAGE_CODE", "TIME_ZONE", "USE_TZ", "DEFAULT_AUTO_FIELD")
        },
    )


def _is_in(context_map: ContextMap, context: Context, config: AppConfig) -> bool:
    return context_map.context_of_module(config.name) == context.name


def _entry(config: AppConfig) -> str:
    cls = type(config)
    return config.name if cls is AppConfig else f"{cls.__module__}.{cls.__qualname__}"


def _base_apps(context: Context) -> tuple[str, ...]:
    return (*administration.APPS, *_BASE_APPS) if administration.has_admin(context) else _BASE_APPS


def _third_party_apps(closure: Closure, context: Context) -> Iterator[str]:
    """Installed apps of others whose modules the moved code imports, in the project's order.

    What only admin modules import is left out where the service has no admin.
    """
    base = _base_apps(context)
    imported = set(closure.third_party)
    if not administration.has_admin(context):
        imported = {name for name in imported if not all(map(_is_admin, closure.third_party[name]))}
    for config in apps.get_app_configs():
        if _is_used(config.name, imported - _BELONGS_TO_ADMIN) and config.name not in base:
            yield _entry(config)


def _is_used(app: str, imported: Iterable[str]) -> bool:
    is_kit = app.partition(".")[0] == "boundaries"
    return not is_kit and any(module == app or module.startswith(f"{app}.") for module in imported)


def _is_admin(module: str) -> bool:
    return "admin" in module.split(".")
