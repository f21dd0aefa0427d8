"""Where are the consumers and sagas of this process?"""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from django.apps import apps

from boundaries.contexts.map import current_map
from boundaries.contexts.source import MapNotFound

_MODULES = ("consumers", "sagas", "projections")


def autodiscover() -> None:
    """Import `consumers`, `sagas` and `projections` of each package of the map that is an app here."""
    try:
        contexts = current_map().contexts.values()
    except MapNotFound:
        return
    installed = {app.name for app in apps.get_app_configs()}
    for package in sorted(package for context in contexts for package in context.packages):
        for app in sorted(name for name in installed if name == package or name.startswith(f"{package}.")):
            _import_from(app)


def _import_from(app: str) -> None:
    for module in _MODULES:
        if find_spec(f"{app}.{module}"):
            importlib.import_module(f"{app}.{module}")
