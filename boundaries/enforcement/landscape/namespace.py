"""Do two deployables use one name in the same Redis or broker?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from boundaries.enforcement.landscape.code import Module
from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.landscape.hit import Hit
from boundaries.enforcement.source.expression import last_name

CODE = "BD244"


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that has to be a deployable's own: the key that sets it, what it is where nobody does, who needs it."""

    key: str
    what: str
    default: str
    needed_by: str


_NAMES = (
    _Name("KEY_PREFIX", "cache prefix", "", "RedisCache"),
    _Name("CELERY_TASK_DEFAULT_QUEUE", "queue", "celery", "CELERY_"),
)


def find(landscape: Landscape) -> Iterator[Hit]:
    """Cache prefixes and default queues that two deployables share, or that both leave at the default."""
    for name in _NAMES:
        seen: dict[str, Deployable] = {}
        for deployable in landscape.deployables:
            found = _value(deployable, name)
            if found is None:
                continue
            value, line = found
            first = seen.setdefault(value, deployable)
            if first is not deployable and deployable.settings is not None:
                other = first.name if first.is_service else deployable.name
                said = repr(value) if value != name.default else f"the default, {value!r}"
                target = f"the {name.what} of {first.name}: {said}"
                source = f"{deployable.map.settings}:{name.key}"
                yield Hit(CODE, deployable.settings, line, deployable.name, other, source, target)


def _value(deployable: Deployable, name: _Name) -> tuple[str, int] | None:
    """What a deployable's settings say, and where; None where they need no such name, or compute it."""
    path = deployable.settings
    if path is None or name.needed_by not in path.read_text(encoding="utf-8", errors="replace"):
        return None
    for node in Module("", path).nodes():
        for value in _assigned(node, name.key):
            text = value.value if isinstance(value, ast.Constant) else None
            return (text, value.lineno) if isinstance(text, str) else None
    return name.default, 1


def _assigned(node: ast.AST, key: str) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign) and any(last_name(target) == key for target in node.targets):
        yield node.value
    elif isinstance(node, ast.Dict):
        for inner, value in zip(node.keys, node.values, strict=True):
            if isinstance(inner, ast.Constant) and inner.value == key:
                yield value
