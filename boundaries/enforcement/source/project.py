"""What does a name in one file stand for? Imports, re-exports, star imports and aliases, followed without
running any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from boundaries.enforcement.source.facts import NAME, TEXT, ClassFact, FileFacts, ImportFact
from boundaries.enforcement.source.reader import ProjectFacts
from boundaries.enforcement.source.tree import SourceFile

_LONGEST_CHAIN = 24


class Symbol(NamedTuple):
    """What a name stands for: something in a module of the project, or (`module` empty) a dotted name
    outside it.

    `qualname` is empty for a module itself.
    """

    module: str
    qualname: str

    @property
    def is_inside(self) -> bool:
        """Whether the project's own source defines it."""
        return bool(self.module)

    @property
    def last(self) -> str:
        """The last part of the name."""
        return (self.qualname or self.module).rpartition(".")[2]


class Project:
    """All modules, and what the names in them mean."""

    def __init__(self, facts: ProjectFacts) -> None:
        self._files = tuple(entry for entry in facts.files if not entry[0].template)
        self.templates = tuple(entry for entry in facts.files if entry[0].template)
        self.modules: dict[str, tuple[SourceFile, FileFacts]] = {
            f.module: (f, said) for f, said in self._files
        }
        self._names: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, str], Symbol | None] = {}

    def files(self) -> Iterator[tuple[SourceFile, FileFacts]]:
        """Every Python file with its facts; none of an installed package."""
        yield from self._files

    def add(self, file: SourceFile, facts: FileFacts) -> None:
        """Add a module of an installed package, so that names lead into it; what they meant so far is forgotten."""
        self.modules[file.module] = file, facts
        self._known.clear()

    def packages(self) -> Iterator[tuple[SourceFile, FileFacts]]:
        """Every module of an installed package that was added."""
        yield from (entry for entry in self.modules.values() if entry[0].purpose == "package")

    def stars(self, module: str) -> list[str]:
        """The modules from which a module takes all names, and those from which these do."""
        found = [module]
        for name in found:
            if name in self.modules:
                self._names_of(name)
                found += [source for source in self._stars[name] if source not in found]
        return found[1:]

    def is_package(self, module: str) -> bool:
        """Whether a module is one of an installed package."""
        return module in self.modules and self.modules[module][0].purpose == "package"

    def resolve(self, module: str, dotted: str) -> Symbol | None:
        """What `dotted`, written in `module`, stands for; None when nothing in the file tells."""
        key = (module, dotted)
        if key not in self._known:
            # Set first: a name that leads back to itself resolves to nothing.
            self._known[key] = None
            self._known[key] = self._resolve(module, dotted, 0)
        return self._known[key]

    def find(self, dotted: str, depth: int = 0) -> Symbol:
        """The symbol of an absolute dotted name."""
        module = dotted
        while module and module not in self.modules:
            module = module.rpartition(".")[0]
        rest = dotted[len(module) :].lstrip(".")
        if not module or not rest:
            return Symbol(module, rest or ("" if module else dotted))
        return self._resolve(module, rest, depth + 1) or Symbol(module, rest)

    def targets(self, file: SourceFile, fact: ImportFact) -> list[tuple[str, list[str]]]:
        """The dotted modules that an import statement reaches, each with the names taken from it.

        A name that is a module of the project is a target of its own.
        """
        base = self.base(file, fact)
        if base is None:
            return []
        if not fact.names:
            return [(base, [])]
        found: dict[str, list[str]] = {}
        for name, _ in fact.names:
            child = f"{base}.{name}" if base else name
            if child in self.modules:
                found.setdefault(child, [])
            elif base:
                found.setdefault(base, []).append(name)
        return list(found.items())

    def base(self, file: SourceFile, fact: ImportFact) -> str | None:
        """The absolute module that an import names; None when its dots lead out of the tree."""
        if not fact.level:
            return fact.module
        parts = file.module.split(".")
        keep = len(parts) - fact.level + (1 if file.is_package else 0)
        if keep < 0:
            return None
        return ".".join([*parts[:keep], *([fact.module] if fact.module else [])])

    def class_fact(self, symbol: Symbol) -> ClassFact | None:
        """The class that a symbol names, if it is one of the project's."""
        entry = self.modules.get(symbol.module)
        if entry is None:
            return None
        return next((found for found in entry[1].classes if found.qualname == symbol.qualname), None)

    def module_of_path(self, path: str) -> str | None:
        """The module that a dotted path reaches: itself, or one that defines or binds the path's next name."""
        module = path
        while module and module not in self.modules:
            module = module.rpartition(".")[0]
        name = path[len(module) :].lstrip(".").partition(".")[0]
        if not module or not name:
            return module or None
        is_known = name in self._names_of(module) or name in self.modules[module][1].functions
        return module if is_known else None

    def text(self, module: str, dotted: str) -> str | None:
        """The string that a module-level constant holds, followed through imports."""
        symbol = self.resolve(module, dotted)
        if symbol is None or not symbol.is_inside:
            return None
        value = self.modules[symbol.module][1].assigns.get(symbol.qualname, "")
        return value[1:] if value.startswith(TEXT) else None

    def _resolve(self, module: str, dotted: str, depth: int) -> Symbol | None:
        if depth > _LONGEST_CHAIN:
            return None
        head, _, rest = dotted.partition(".")
        tail = f".{rest}" if rest else ""
        names = self._names_of(module)
        if (bound := names.get(head)) is None:
            return self._resolve_star(module, dotted, depth)
        kind, value = bound
        if kind == "here":
            return Symbol(module, dotted)
        if kind == "alias":
            return self._resolve(module, value + tail, depth + 1) or Symbol(module, dotted)
        return self.find(value + tail, depth + 1)

    def _resolve_star(self, module: str, dotted: str, depth: int) -> Symbol | None:
        for source in self._stars[module]:
            if source in self.modules and source != module:
                found = self._resolve(source, dotted, depth + 1)
                # One that leads back here imports it from us: another module has it.
                if found is not None and found != Symbol(module, dotted):
                    return found
        return None

    def _names_of(self, module: str) -> Mapping[str, tuple[str, ...]]:
        if module not in self._names:
            self._bind(module)
        return self._names[module]

    def _bind(self, module: str) -> None:
        file, facts = self.modules[module]
        names: dict[str, tuple[str, ...]] = {}
        stars: list[str] = []
        for fact in facts.imports:
            self._bind_import(file, fact, names, stars)
        for name, value in facts.assigns.items():
            is_alias = value.startswith(NAME) and value[1:] != name
            names.setdefault(name, ("alias", value[1:]) if is_alias else ("here", name))
        for found in facts.classes:
            if "." not in found.qualname:
                names[found.qualname] = ("here", found.qualname)
        self._names[module] = names
        self._stars[module] = tuple(stars)

    def _bind_import(
        self, file: SourceFile, fact: ImportFact, names: dict[str, tuple[str, ...]], stars: list[str]
    ) -> None:
        base = self.base(file, fact)
        if base is None:
            return
        if not fact.names:
            head = base if fact.bound else base.partition(".")[0]
            names.setdefault(fact.bound or head, ("import", head))
        for name, bound in fact.names:
            if name == "*":
                stars.append(base)
            else:
                names.setdefault(bound, ("import", f"{base}.{name}" if base else name))
