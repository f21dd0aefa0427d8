"""What does this Django know about itself? Run inside the checked project: `python probe.py OUTPUT SETTINGS PATH...`.

It needs Django and nothing else, not even this kit, and any Python from 3.7 on, since the checked project has an
environment of its own. No database is asked. The answer is one JSON object in the file OUTPUT; what the project
prints goes where it likes.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def main(output: str, settings: str, paths: list[str]) -> None:
    """Start the project and write what it knows, or why it could not start."""
    # The script's own folder comes first on the path; nothing in it may stand in for something of the project.
    sys.path[:1] = [path for path in paths if path not in sys.path[1:]]
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    try:
        _start()
        answer = _answer()
    except BaseException as error:  # noqa: BLE001  (a project's settings may even call sys.exit)
        answer = {"failure": _failure(error, str(Path.cwd()))}
    Path(output).write_text(json.dumps(answer), encoding="utf-8")


def _start() -> None:
    if os.environ.get("DJANGO_CONFIGURATION"):
        importlib.import_module("configurations").setup()
        return
    import django

    django.setup()


def _answer() -> dict[str, Any]:
    import django
    from django.apps import apps
    from django.conf import settings

    problems: list[str] = []
    routes = _try(problems, "URLs", lambda: list(_routes(settings.ROOT_URLCONF)))
    tasks, schedule = _try(problems, "Celery tasks", _tasks) or ({}, {})
    return {
        "settings": os.environ["DJANGO_SETTINGS_MODULE"],
        "python": sys.version.split()[0],
        "django": django.get_version(),
        "apps": {config.label: config.name for config in apps.get_app_configs()},
        "models": [_model(model) for model in apps.get_models()],
        "routes": routes or [],
        "tasks": tasks,
        "schedule": schedule,
        "receivers": list(_receivers(apps.get_models())),
        "packages": _packages(apps.get_models()),
        "problems": problems,
    }


def _failure(error: BaseException, root: str) -> dict[str, Any]:
    """The error and its place: the innermost line of the project's own code, else of anybody's."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    own = [frame for frame in frames if frame.filename.startswith(root + os.sep)]
    place = (own or frames)[-1]
    return {
        "error": type(error).__name__,
        "message": " ".join(str(error).split()) or "no message",
        "path": place.filename,
        "line": place.lineno or 0,
        "missing": getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None,
    }


def _try(problems: list[str], what: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Exception as error:  # noqa: BLE001  (the project's code runs here; one part of it may fail alone)
        problems.append(f"{what} could not be read: {type(error).__name__}: {error}")
        return None


# Models


def _model(model: Any) -> dict[str, Any]:
    meta = model._meta
    return {
        "label": meta.label,
        "module": model.__module__,
        "qualname": model.__qualname__,
        "path": _file_of(model.__module__),
        "proxy": meta.proxy,
        "bases": [_base(model, base) for base in model.__bases__ if hasattr(base, "_meta")],
        "relations": [] if meta.proxy else list(_relations(model)),
    }


def _base(model: Any, base: Any) -> dict[str, Any]:
    kind = "abstract base" if base._meta.abstract else "proxy" if model._meta.proxy else "parent table"
    return {"label": base._meta.label, "module": base.__module__, "detail": kind}


def _relations(model: Any) -> Iterator[dict[str, Any]]:
    meta = model._meta
    inherited = {field.name for parent in meta.parents for field in parent._meta.private_fields}
    # Two bases may bring the same generic relation: Django then lists it twice.
    private = {field.name: field for field in meta.private_fields if field.name not in inherited}
    for field in [*meta.local_fields, *meta.local_many_to_many, *private.values()]:
        remote = getattr(field, "remote_field", None)
        target = getattr(remote, "model", None)
        if not hasattr(target, "_meta") or getattr(field, "auto_created", False):
            continue
        kind = "generic" if field.name in private else "relation"
        yield _relation(model, field, target, kind, type(field).__name__)
        through: Any = getattr(remote, "through", None)
        if hasattr(through, "_meta") and not through._meta.auto_created:
            yield _relation(model, field, through, kind, "through of")


def _relation(model: Any, field: Any, target: Any, kind: str, what: str) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": kind,
        "label": target._meta.label,
        "module": target.__module__,
        "detail": f"{what} {field.name}",
        "constraint": bool(getattr(field, "db_constraint", True)) and kind == "relation",
        "declared_in": _declaring(model, field.name).__module__,
    }


def _declaring(model: Any, name: str) -> Any:
    """The class whose body declares a field: the model, or an abstract base that has it too."""
    bases = [base for base in model.__mro__[1:] if hasattr(base, "_meta") and base._meta.abstract]
    having = [base for base in bases if any(field.name == name for field in _own_fields(base._meta))]
    return having[-1] if having else model


def _own_fields(meta: Any) -> list[Any]:
    return [*meta.local_fields, *meta.local_many_to_many, *meta.private_fields]


def _packages(models: Any) -> dict[str, str]:
    """The source files of all modules of those packages that bases of models, or their relations' classes, come from."""
    classes = {base for model in models for base in model.__mro__}
    classes |= {
        base
        for model in models
        for field in _own_fields(model._meta)
        if getattr(field, "remote_field", None)
        for base in type(field).__mro__
    }
    roots = {base.__module__.partition(".")[0] for base in classes}
    roots -= {"django", *getattr(sys, "stdlib_module_names", ("builtins",))}
    files = {name: _file_of(name) for name in list(sys.modules) if name.partition(".")[0] in roots}
    return {name: path for name, path in files.items() if path.endswith(".py")}


# Signals


def _receivers(models: Any) -> Iterator[dict[str, Any]]:
    senders = {id(model): model for model in models}
    names = _signal_names()
    for signal, name in names.values():
        for entry in list(signal.receivers):
            receiver = entry[1]() if isinstance(entry[1], weakref.ReferenceType) else entry[1]
            function: Any = inspect.unwrap(receiver) if callable(receiver) else None
            if not hasattr(function, "__module__"):
                continue
            function = function if hasattr(function, "__qualname__") else type(function)
            sender = senders.get(entry[0][1])
            yield {
                "signal": name,
                "module": function.__module__,
                "qualname": function.__qualname__,
                "path": _file_of(function.__module__),
                "line": getattr(getattr(function, "__code__", None), "co_firstlineno", 1),
                "sender": sender._meta.label if sender is not None else None,
                "sender_module": sender.__module__ if sender is not None else None,
            }


def _signal_names() -> dict[int, tuple[Any, str]]:
    """Each signal that a module holds, with a dotted name: best that of a module called after signals."""
    from django.dispatch import Signal

    found: dict[int, tuple[Any, str]] = {}
    for module_name in sorted(sys.modules, key=lambda name: (not name.endswith("signals"), name)):
        for name, value in list(getattr(sys.modules[module_name], "__dict__", {}).items()):
            # isinstance() would ask the value for its class, and so wake a lazy object.
            if issubclass(type(value), Signal):
                found.setdefault(id(value), (value, f"{module_name}.{name}"))
    return found


# URLs


def _routes(root: str) -> Iterator[dict[str, Any]]:
    from django.urls import get_resolver

    yield from _patterns(get_resolver(root), root, ())


def _patterns(resolver: Any, urlconf: str, namespaces: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    included = getattr(resolver, "urlconf_module", None)
    urlconf = getattr(included, "__name__", urlconf)
    namespaces = (*namespaces, resolver.namespace) if getattr(resolver, "namespace", None) else namespaces
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern, urlconf, namespaces)
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
        view = view or inspect.unwrap(pattern.callback)
        yield {
            "name": ":".join((*namespaces, pattern.name)) if pattern.name else "",
            "urlconf": urlconf,
            "path": _file_of(urlconf),
            "module": getattr(view, "__module__", None) or "",
            "qualname": getattr(view, "__qualname__", type(view).__qualname__),
        }


# Celery


def _tasks() -> tuple[dict[str, str], dict[str, str]]:
    """The tasks by name with their modules, and the beat schedule by entry with its task."""
    if "celery" not in sys.modules:
        return {}, {}
    from celery import current_app

    current_app.loader.import_default_modules()
    current_app.finalize(auto=True)
    tasks = {name: type(task).__module__ for name, task in current_app.tasks.items()}
    schedule = {str(entry): spec["task"] for entry, spec in (current_app.conf.beat_schedule or {}).items()}
    return tasks, schedule


def _file_of(module: str) -> str:
    return getattr(sys.modules.get(module), "__file__", None) or ""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
