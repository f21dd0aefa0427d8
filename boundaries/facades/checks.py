"""Which mistakes in facades show before the first call?"""

from __future__ import annotations

import importlib
import inspect
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from boundaries.contexts.map import Context, current_map
from boundaries.errors import BoundaryError
from boundaries.facades.facade import Operation, all_facades
from boundaries.facades.local import implementation_of, lives_here


@register()
def check_facades(**_kwargs: Any) -> list[CheckMessage]:
    """Each facade of the map can be imported, and its implementation has the same methods and arguments."""
    try:
        contexts = current_map().contexts.values()
    except BoundaryError as error:
        return [Error(error.what, hint=error.what_to_do, id=f"boundaries.{error.code}")]
    return [message for context in contexts if context.facade for message in _check_context(context)]


@register()
def check_urllib3(**_kwargs: Any) -> list[CheckMessage]:
    """urllib3-future overwrites the package `urllib3` with another implementation."""
    try:
        patch = int(version("urllib3").split(".")[2])
    except (PackageNotFoundError, IndexError, ValueError):
        return []
    if patch < 900:
        return []
    hint = "Uninstall urllib3-future (niquests brings it) and reinstall urllib3."
    return [
        Warning("The package urllib3 has been replaced by urllib3-future.", hint=hint, id="boundaries.BD321")
    ]


def _check_context(context: Context) -> list[CheckMessage]:
    module, _, name = (context.facade or "").partition(":")
    try:
        facade = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        return [_error(context.name, f"its facade {context.facade!r} cannot be imported ({error})", "BD322")]
    if all_facades().get(context.name) is not facade:
        return [
            _error(
                context.name,
                f"{context.facade!r} is not its facade: it says context={facade.context!r}",
                "BD322",
            )
        ]
    if not lives_here(context.name):
        return []
    try:
        implementation = implementation_of(context.name)
    except BoundaryError as error:
        return [_error(context.name, error.what, error.code)]
    return _compare(context.name, implementation)


def _compare(context: str, implementation: Any) -> list[CheckMessage]:
    facade = all_facades()[context]
    messages: list[CheckMessage] = []
    for operation in facade.operations.values():
        problem = _mismatch(operation, getattr(implementation, operation.name, None))
        if problem:
            messages.append(
                _error(facade.context, f"{type(implementation).__name__}.{operation.name} {problem}", "BD323")
            )
    return messages


def _mismatch(operation: Operation[Any, Any], method: Any) -> str | None:
    if method is None:
        return "is missing"
    names = set(inspect.signature(method).parameters)
    if names != operation.argument_names:
        return f"takes {sorted(names)}, but the facade says {sorted(operation.argument_names)}"
    return None


def _error(context: str, text: str, code: str) -> Error:
    return Error(
        f"{context}: {text}.", hint="Facade, implementation and map must agree.", id=f"boundaries.{code}"
    )
