"""What does a service have to know of the context map?

Its own context, those it meets (calls, listens to, is called by, is heard by), and those it has copies of.
The others' code is not there, so the map says `compiled` and existence is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from boundaries.contexts.map import Context, ContextMap

_HEADER = """\
# What this service has to know of the context map, written by `boundaries extract {context} scaffold`.
root = "."
settings = "service.settings"
compiled = true
"""


def peers_of(context_map: ContextMap, context: Context, *, borrowed: Collection[str]) -> list[Context]:
    """The other contexts that this one meets, and those that it has modules of, sorted by name.

    `borrowed` are the dotted modules of others that the service has a copy of.
    """
    owners = {context_map.context_of_module(module) for module in borrowed}
    return [
        other
        for name, other in sorted(context_map.contexts.items())
        if name != context.name and (name in owners or _meets(context, other))
    ]


def write_map(context_map: ContextMap, context: Context, *, borrowed: Collection[str]) -> str:
    """The compiled map as TOML."""
    peers = peers_of(context_map, context, borrowed=borrowed)
    known = {context.name, *(peer.name for peer in peers)}
    tables = [_own(context, known), *(_peer(peer, known, borrowed) for peer in peers)]
    return _HEADER.format(context=context.name) + "".join(f"\n{table}" for table in tables)


def _meets(context: Context, other: Context) -> bool:
    mine = {*(context.calls or ()), *context.listens_to}
    theirs = {*(other.calls or ()), *other.listens_to}
    return other.name in mine or context.name in theirs


def _own(context: Context, known: Collection[str]) -> str:
    return _table(context.name, {
        "packages": context.packages,
        "owner": context.owner,
        "public": context.public,
        "facade": context.facade,
        "implementation": context.implementation,
        "calls": _known(context.calls, known),
        "listens_to": _known(context.listens_to, known),
    })  # fmt: skip


def _peer(peer: Context, known: Collection[str], borrowed: Collection[str]) -> str:
    has_facade = peer.facade is not None and peer.facade.partition(":")[0] in borrowed
    table = _table(peer.name, {
        "packages": peer.packages,
        "owner": peer.owner,
        "public": None if peer.shared else peer.public,
        "facade": peer.facade if has_facade else None,
        "calls": None if peer.shared else _known(peer.calls, known),
        "listens_to": _known(peer.listens_to, known) or None,
        "state": peer.state if peer.state == "outside" else None,
        "shared": peer.shared or None,
    })  # fmt: skip
    if peer.service is not None and peer.service.url:
        table += f"\n[contexts.{_key(peer.name)}.service]\nurl = {_value(peer.service.url)}\n"
    return table


def _known(names: Iterable[str] | None, known: Collection[str]) -> list[str] | None:
    return None if names is None else [name for name in names if name in known]


def _table(name: str, values: dict[str, Any]) -> str:
    return "\n".join([f"[contexts.{_key(name)}]", *_lines(values)]) + "\n"


def _lines(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value is not None:
            yield f"{key} = {_value(value)}"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: Any) -> str:
    """A string, a boolean or a list of strings; JSON's forms of those are TOML's."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
