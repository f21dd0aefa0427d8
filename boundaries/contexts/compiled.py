"""How does the map travel to where `pyproject.toml` is not shipped: images, wheels, services?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.contexts.map import Context, ContextMap


def compile_map(context_map: ContextMap) -> str:
    """The map as the text of a `boundaries.toml`, to lie in the folder that the packages are found in.

    It says `compiled = true`: packages that are not shipped beside it are no error then. Free tables that
    only the repository needs (`check`, `rehearsal`) are left out. The same map gives the same text.
    """
    lines = ["compiled = true"]
    if context_map.settings:
        lines.append(f"settings = {_value(context_map.settings)}")
    for context in context_map.contexts.values():
        lines += ["", f"[contexts.{_key(context.name)}]"]
        lines += [f"{key} = {_value(value)}" for key, value in _said(context)]
        if context.service:
            path = os.path.relpath(context.service.path, context_map.path.parent)
            lines += [
                "",
                f"[contexts.{_key(context.name)}.service]",
                f"path = {_value(path.replace(os.sep, '/'))}",
            ]
            service = context.service
            named = {"url": service.url, "database": service.database, "admin": service.admin}
            lines += [f"{key} = {_value(value)}" for key, value in named.items() if value]
    return "\n".join(lines) + "\n"


def _said(context: Context) -> Iterator[tuple[str, Any]]:
    keys: Mapping[str, Any] = {
        "packages": context.packages,
        "models": context.models or None,
        "owner": context.owner,
        "public": context.public,
        "facade": context.facade,
        "implementation": context.implementation,
        "calls": context.calls,
        "listens_to": context.listens_to or None,
        "state": context.state,
        "mode": context.mode,
        "shared": context.shared or None,
    }
    yield from ((key, value) for key, value in keys.items() if value is not None)


def _value(value: Any) -> str:
    # JSON strings, lists and booleans are TOML too.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else _value(name)
