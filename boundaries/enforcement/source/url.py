"""Which URL names does a project define, and whose views do they lead to?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.chain import Chains
from boundaries.enforcement.source.facts import NAME, TEXT, CallFact, FileFacts
from boundaries.enforcement.source.project import Project
from boundaries.enforcement.source.tree import SourceFile

_ROUTES = frozenset({"path", "re_path", "url"})


class Urls:
    """The owners of URL names, each name under the last namespace that it stands in."""

    def __init__(self, project: Project, apps: Apps, context_map: ContextMap, chains: Chains) -> None:
        self._project = project
        self._map = context_map
        self._chains = chains
        self._owners: dict[tuple[str, str], set[str | None]] = {}
        self._owners_in_app: dict[tuple[str, str], set[str | None]] = {}
        included = self._included_under()
        for file, facts in project.files():
            names = list(self._names(file, facts))
            spaces = included.get(file.module, set()) | self._own_space(facts)
            for space in (spaces or {""}) if names else ():
                for name, owner in names:
                    self._owners.setdefault((space, name), set()).add(owner)
                    if not space:
                        label = apps.label_of(file.module)
                        self._owners_in_app.setdefault((label, name), set()).add(owner)

    def owners(self, name: str) -> set[str | None]:
        """The contexts whose views a name may lead to; empty where the project does not define it.

        A namespace that no source spells out is looked for among the apps' labels.
        """
        space, _, last = name.rpartition(":")
        key = (space.rpartition(":")[2], last)
        return self._owners.get(key) or self._owners_in_app.get(key, set())

    def _own_space(self, facts: FileFacts) -> set[str]:
        written = facts.assigns.get("app_name", "")
        return {written[1:]} if written.startswith(TEXT) else set()

    def _included_under(self) -> dict[str, set[str]]:
        """The namespaces under which modules of URLs are included, by module."""
        found: dict[str, set[str]] = {}
        for file, facts in self._project.files():
            for call in facts.calls:
                if call.callee.rpartition(".")[2] == "include" and call.arguments:
                    module = self._module(file, call.arguments[0])
                    space = call.keywords.get("namespace") or (call.arguments[1:2] or [""])[0]
                    if module and space.startswith(TEXT):
                        found.setdefault(module, set()).add(space[1:])
        return found

    def _module(self, file: SourceFile, written: str) -> str | None:
        if written.startswith(TEXT):
            return written[1:]
        symbol = self._project.resolve(file.module, written[1:]) if written.startswith(NAME) else None
        return symbol.module if symbol else None

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
