"""What do installed packages say that the project's models build on?

Only where a started project has told where its packages lie. From each class of the project, the bases and the classes
of fields are followed into packages, and on through their bases; no other module of a package is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from boundaries.enforcement.source.cache import Cache, content_key
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import NAME, ClassFact, FileFacts
from boundaries.enforcement.source.project import Project, Symbol
from boundaries.enforcement.source.tree import SourceFile


class Packages:
    """Modules of installed packages, read and kept as any file of the project is.

    :param files: the source file of each module that may be read.
    """

    def __init__(self, files: Mapping[str, str], cache: Cache) -> None:
        self.facts: dict[str, FileFacts] = {}
        self._files = files
        self._cache = cache

    def read_into(self, project: Project) -> None:
        """Add to a project the modules that its classes build on."""
        waiting = [
            (file.module, name)
            for file, said in project.files()
            for fact in said.classes
            for name in _named(fact)
        ]
        seen = set(waiting)
        while waiting:
            symbol = self._resolve(project, *waiting.pop())
            if symbol is not None and symbol.is_inside and project.is_package(symbol.module):
                fact = project.class_fact(symbol)
                further = {(symbol.module, name) for name in _named(fact)} if fact is not None else set()
                waiting += further - seen
                seen |= further

    def _resolve(self, project: Project, module: str, name: str) -> Symbol | None:
        """What a name stands for, once each module on the way to it is read."""
        while True:
            symbol = project.resolve(module, name)
            if not any(
                self._read(self._holder_of(found), project) for found in _ways_on(project, module, symbol)
            ):
                return symbol

    def _holder_of(self, dotted: str) -> str:
        """The module that holds a dotted name, the longest there is; empty for a name of no package."""
        while dotted and dotted not in self._files:
            dotted = dotted.rpartition(".")[0]
        return dotted

    def _read(self, module: str, project: Project) -> bool:
        """Whether a module is there to be read, and was not read before."""
        if module in project.modules or module not in self._files:
            return False
        path = Path(self._files[module])
        try:
            content = path.read_bytes()
        except OSError:
            return False
        key = content_key(content)
        self.facts[key] = self._cache.facts(key) or extract(content)
        is_package = path.name == "__init__.py"
        project.add(SourceFile(str(path), path.name, module, is_package, "package"), self.facts[key])
        return True


def _named(fact: ClassFact) -> Iterator[str]:
    """The names of a class's bases, and of what its attributes call."""
    yield from (base[1:] for base in fact.bases if base.startswith(NAME))
    yield from (field.callee for field in fact.fields if field.callee)


def _ways_on(project: Project, module: str, symbol: Symbol | None) -> Iterator[str]:
    """Where a name may lead that was looked up in a module: on into a package, or to what the module takes whole."""
    if symbol is None:
        yield from project.stars(module)
    elif not symbol.is_inside or project.is_package(symbol.module):
        yield f"{symbol.module}.{symbol.qualname}".lstrip(".")
