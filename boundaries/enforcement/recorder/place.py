"""Which code of which context is running? The first frame from the inside that lies in one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.kinds.link import symbol_name
from boundaries.enforcement.source.tree import is_test_module

_ANONYMOUS = re.compile(r"\.<locals>\.<(?:listcomp|setcomp|dictcomp|genexpr|lambda)>$")
# What Django's frames on the way tell about a statement, the innermost one first.
_WAYS = {
    "django/db/models/sql/compiler.py": "orm",
    "django/db/models/fields/related_descriptors.py": "relation",
    "django/db/models/deletion.py": "relation",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a context's code. `way` is how it came to a statement: `raw`, `orm`, `relation`.

    A test's line stands for itself: what a test does by its own hand couples nothing.
    """

    path: str
    line: int
    source: str
    context: str
    way: str = "raw"
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    relative: str
    module: str
    context: str
    is_test: bool


class Places:
    """Finds places; what a file is, is worked out once for each."""

    def __init__(self, context_map: ContextMap) -> None:
        self._map = context_map
        self._root = f"{context_map.root}/"
        self._files: dict[str, _File | str | None] = {}
        self._places: dict[tuple[str, int, str], Place] = {}

    def find(self, frame: FrameType | None) -> Place | None:
        """The innermost place at or below `frame`; None when no context has a part in it.

        Shared code acts for whoever calls it, so it is passed by.
        """
        way, files = "raw", self._files
        while frame is not None:
            name = frame.f_code.co_filename
            file = files[name] if name in files else self._describe(name)
            if file is not None:
                if isinstance(file, _File):
                    return self._place(file, frame, way)
                way = file if way != "relation" else way
            frame = frame.f_back
        return None

    def _place(self, file: _File, frame: FrameType, way: str) -> Place:
        key = (file.relative, frame.f_lineno, way)
        if key not in self._places:
            source = symbol_name(file.module, _ANONYMOUS.sub("", frame.f_code.co_qualname))
            self._places[key] = Place(file.relative, frame.f_lineno, source, file.context, way, file.is_test)
        return self._places[key]

    def _describe(self, name: str) -> _File | str | None:
        described = self._file(name) or next((way for end, way in _WAYS.items() if name.endswith(end)), None)
        self._files[name] = described
        return described

    def _file(self, name: str) -> _File | None:
        if not name.startswith(self._root) or not name.endswith(".py"):
            return None
        relative = name.removeprefix(self._root)
        module = ".".join(Path(relative).with_suffix("").parts).removesuffix(".__init__")
        context = self._map.context_of_module(module)
        is_test = not self._map.check.tests and is_test_module(module, self._map)
        if is_test:
            return _File(relative, module, context or "", is_test=True)
        if context is None or self._map.context(context).shared or "migrations" in module.split("."):
            return None
        return _File(relative, module, context, is_test=False)
