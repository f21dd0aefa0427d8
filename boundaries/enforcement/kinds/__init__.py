"""From facts to links: one module per kind of coupling, each a function `find(analysis)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from boundaries.enforcement.kinds import (
    generic,
    get_model,
    imports,
    inheritance,
    lookup,
    migration,
    relation,
    reverse,
    setting,
    signal,
    sql,
    task,
    template,
    url,
)
from boundaries.enforcement.kinds.link import Analysis, Link

FINDERS: dict[str, Callable[[Analysis], Iterator[Link]]] = {
    "import": imports.find,
    "relation": relation.find,
    "inheritance": inheritance.find,
    "generic": generic.find,
    "get_model": get_model.find,
    "lookup": lookup.find,
    "reverse": reverse.find,
    "signal": signal.find,
    "task": task.find,
    "sql": sql.find,
    "migration": migration.find,
    "url": url.find,
    "template": template.find,
    "setting": setting.find,
}

__all__ = ["FINDERS", "Analysis", "Link"]
