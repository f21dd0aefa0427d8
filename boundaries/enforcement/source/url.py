"""Which URL names does a project define, and whose views do they lead to?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.chain import Chains
from boundaries.enforcement.source.facts import NAME, TEXT, CallFact, FileFacts
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.tree import SourceFile

_SEVERAL_WORDS = re.compile(r"\w[-_.]\w")
_ROUTES = frozenset({"path", "re_path", "url"})


class Urls:
    """The owners of URL names, each name under the last namespace that it stands in."""

    def __init__(self, project: Project, apps: Apps, context_map: ContextMap, chains: Chains) -> None:
        self._project = project
        self._map = context_map
        self._chains = chains
        self._owners: dict[tuple[str, str], set[str | None]] = {}
        self._owners_anywhere: dict[str, set[str | None]] = {}
        self._owners_around: dict[tuple[str, str], set[str | None]] = {}
        self._included_under: dict[str, set[str]] = {}
        self._included_by: dict[str, set[str]] = {}
        self._read_includes()
        for file, facts in project.files():
            names = list(self._names(file, facts))
            own = self._own_spaces(file.module) if names else set()
            around = self._spaces_around(file.module, {file.module}) if names and not own else set()
            for name, owner in names:
                self._owners_anywhere.setdefault(name, set()).add(owner)
                for space in own or around & {""}:
                    self._owners.setdefault((space, name), set()).add(owner)
                for space in around:
                    self._owners_around.setdefault((space, name), set()).add(owner)
                if "" in around:
                    self._owners_around.setdefault((apps.label_of(file.module), name), set()).add(owner)

    def owners(self, name: str) -> set[str | None]:
        """The contexts whose views a name may lead to; empty where the project does not define it.

        What a module of URLs says of its own namespace goes before that of what includes it; a namespace that
        no source spells out is looked for among the apps' labels, and then not heeded where the name has several
        words.
        """
        space, _, last = name.rpartition(":")
        key = (space.rpartition(":")[2], last)
        return (
            self._owners.get(key)
            or self._owners_around.get(key)
            or (self._owners_anywhere.get(last, set()) if _SEVERAL_WORDS.search(last) else set())
        )

    def _own_spaces(self, module: str) -> set[str]:
        """The namespaces that a module gives itself or is included under."""
        entry = self._project.modules.get(module)
        written = entry[1].assigns.get("app_name", "") if entry else ""
        own = {written[1:]} if written.startswith(TEXT) else set()
        return own | self._included_under.get(module, set())

    def _spaces_around(self, module: str, seen: set[str]) -> set[str]:
        """The namespaces of what includes a module that has none; `seen` are the modules on the way."""
        found: set[str] = set()
        for outer in self._included_by.get(module, set()) - seen:
            seen.add(outer)
            found |= self._own_spaces(outer) or self._spaces_around(outer, seen)
        return found or {""}

    def _read_includes(self) -> None:
        for file, facts in self._project.files():
            for call in facts.calls:
                if call.callee.rpartition(".")[2] == "include" and call.arguments:
                    module = self._module(file, call.arguments[0])
                    space = call.keywords.get("namespace") or (call.arguments[1:2] or [""])[0]
                    if module and space.startswith(TEXT):
                        self._included_under.setdefault(module, set()).add(space[1:])
                    elif module and module != file.module:
                        self._included_by.setdefault(module, set()).add(file.module)

    def _module(self, file: SourceFile, written: str) -> str | None:
        if written.startswith(TEXT):
            return written[1:]
        symbol = self._project.resolve(file.module, written[1:]) if written.startswith(NAME) else None
        is_list = symbol is not None and symbol.module == file.module
        return symbol.module if symbol and not is_list else None

    def _names(self, file: SourceFile, facts: FileFacts) -> Iterator[tuple[str, str | None]]:
        for call in facts.calls:
            last = call.callee.rpartition(".")[2]
            if last in _ROUTES and (name := call.keywords.get("name", "")).startswith(TEXT):
                yield name[1:], self._owner(file, call)
            elif last == "register" and len(call.arguments) > 1:
                for name in self._viewset_names(file, call):
                    yield name, self._owner(file, call)

    def _viewset_names(self, file: SourceFile, call: CallFact) -> Iterator[str]:
        """The names that a REST router makes."""
        written = (
            call.keywords.get("basename")
            or call.keywords.get("base_name")
            or (call.arguments[2:3] or [""])[0]
        )
        base = written[1:] if written.startswith(TEXT) else self._basename(file, call)
        if base:
            yield from (f"{base}-list", f"{base}-detail")

    def _basename(self, file: SourceFile, call: CallFact) -> str:
        view = call.arguments[1]
        symbol = self._project.resolve(file.module, view[1:]) if view.startswith(NAME) else None
        node = (
            self._chains.node_of_class(symbol.module, symbol.qualname)
            if symbol and symbol.is_inside
            else None
        )
        return node.dotted.rpartition(".")[2].lower() if node else ""

    def _owner(self, file: SourceFile, call: CallFact) -> str | None:
        """The context of the view; where the source does not tell, that of the module of URLs."""
        view = call.arguments[1] if len(call.arguments) > 1 else call.keywords.get("view", "")
        symbol = self._project.resolve(file.module, view[1:]) if view.startswith(NAME) else None
        owner = self._map.context_of_module(symbol.module) if symbol and symbol.is_inside else None
        return owner or self._map.context_of_module(file.module)
