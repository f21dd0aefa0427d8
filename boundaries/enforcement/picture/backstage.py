"""How does Backstage learn of the contexts? As the text of a `catalog-info.yaml`.

The project is a System; each context is a Component that depends on those it uses and on the database that holds
its tables, its own once the map gives its service one. Owners become references to Groups, which an organisation
has already: none are written here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from boundaries.contexts.map import Context
from boundaries.enforcement.overview import Overview

_API = "backstage.io/v1alpha1"
_MOST_CHARACTERS = 63
_NOBODY = "unowned"
_NO_PLAIN_CHARACTER = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def draw_backstage(overview: Overview) -> str:
    """One YAML document for each entity. Strings are quoted as JSON does, which is YAML too."""
    return "\n---\n".join("\n".join(_as_yaml(entity)) for entity in entities(overview))


def entities(overview: Overview) -> Iterator[dict[str, Any]]:
    """The system, its components in the map's order, and the databases behind them."""
    names = _names([f"{overview.project} system", *(context.name for context in overview.contexts)])
    system = names[f"{overview.project} system"]
    owners = Counter(context.owner for context in overview.contexts if context.owner)
    owner = _group(min(owners, key=lambda name: (-owners[name], name)) if owners else None)
    yield _entity("System", system, overview.project, {"owner": owner})
    databases: dict[str, str] = {}
    for context in overview.contexts:
        database = _database(context, system) if overview.sizes[context.name].models else None
        if database:
            databases.setdefault(database, _group(context.owner) if context.state == "outside" else owner)
        yield _component(context, overview, names, system, database)
    for database, database_owner in databases.items():
        yield _entity(
            "Resource", database, database, {"type": "database", "owner": database_owner, "system": system}
        )


def _component(
    context: Context, overview: Overview, names: Mapping[str, str], system: str, database: str | None
) -> dict[str, Any]:
    size = overview.sizes[context.name]
    uses = [f"component:{names[edge.target]}" for edge in overview.edges if edge.source == context.name]
    uses += [f"resource:{database}"] if database else []
    described = f"{size.models} models, {size.modules} modules in {', '.join(context.packages)}"
    kind = "service" if context.state == "outside" else "library" if context.shared else "module"
    spec = {"type": kind, "lifecycle": "production", "owner": _group(context.owner), "system": system}
    return _entity(
        "Component",
        names[context.name],
        context.name,
        spec | ({"dependsOn": uses} if uses else {}),
        {"description": described, "tags": ["bounded-context", context.state]},
    )


def _database(context: Context, system: str) -> str:
    """The database that holds its tables: its service's own once it is outside, else the one that all share."""
    return _slug(f"{context.name if context.state == 'outside' else system}-database")


def _entity(
    kind: str, name: str, title: str, spec: Mapping[str, Any], metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {"name": name, "title": title, **(metadata or {})},
        "spec": spec,
    }


def _group(owner: str | None) -> str:
    """`@shop/money` of a CODEOWNERS file is known as `money`."""
    return f"group:{_slug((owner or _NOBODY).rpartition('/')[2]).lower()}"


def _names(titles: Iterable[str]) -> dict[str, str]:
    """A name that the catalog allows for each title, no two the same."""
    names: dict[str, str] = {}
    for title in titles:
        name, number = _slug(title), 2
        while name in names.values():
            name, number = _slug(title, ending=f"-{number}"), number + 1
        names[title] = name
    return names


def _slug(text: str, ending: str = "") -> str:
    words = re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-_.")
    return (words[: _MOST_CHARACTERS - len(ending)].strip("-_.") or "unnamed") + ending


def _as_yaml(value: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield f"{indent}{key}:"
            yield from _as_yaml(inner, f"{indent}  ")
        elif isinstance(inner, list):
            yield f"{indent}{key}:"
            yield from (f"{indent}  - {_quoted(item)}" for item in inner)
        else:
            yield f"{indent}{key}: {_quoted(inner)}"


def _quoted(text: str) -> str:
    """The text as JSON and YAML both read it: in YAML, half of a surrogate pair is a character of its own."""
    written = json.dumps(text, ensure_ascii=False)
    return _NO_PLAIN_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
