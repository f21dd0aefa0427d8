"""Which class attributes make a relation between models?"""

from __future__ import annotations

import re

from boundaries.enforcement.source.facts import NAME
from boundaries.enforcement.source.project import Project, Symbol

_RELATION = re.compile(r"(?:^|\.)\w*(?:ForeignKey|OneToOneField|ManyToManyField|ParentalKey|ForeignObject)$")
_ONE_TO_ONE = re.compile(r"OneToOne\w*$")
_GENERIC = re.compile(r"Generic\w*$")
# The kit's own field is the allowed form: a typed identifier without a constraint.
_ALLOWED = ("boundaries.Reference", "boundaries.facades.reference.Reference")
_DEEPEST_BASE = 8


class Fields:
    """What a project's field classes are, answered once for each."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._roots: dict[tuple[str, str], str] = {}

    def is_relation(self, module: str, callee: str) -> bool:
        """Whether a field class makes a relation: one of Django's, one that is called like them, or derived from
        one.
        """
        return bool(self._root(module, callee))

    def is_one_to_one(self, module: str, callee: str) -> bool:
        """Whether the way back along the relation leads to one object."""
        return bool(_ONE_TO_ONE.search(self._root(module, callee)))

    def _root(self, module: str, callee: str) -> str:
        """The name of the relation class that a field class is or derives from; empty for other fields."""
        key = (module, callee)
        if key not in self._roots:
            self._roots[key] = self._find_root(self._project.resolve(module, callee), callee, 0)
        return self._roots[key]

    def _find_root(self, symbol: Symbol | None, written: str, depth: int) -> str:
        dotted = written if symbol is None else f"{symbol.module}.{symbol.qualname}".lstrip(".")
        if dotted in _ALLOWED:
            return ""
        if symbol is not None and symbol.is_inside:
            return self._root_of_bases(symbol, depth)
        if _GENERIC.search(dotted) or dotted.startswith(("sqlalchemy", "rest_framework")):
            return ""
        return dotted if _RELATION.search(dotted) else ""

    def _root_of_bases(self, symbol: Symbol, depth: int) -> str:
        fact = self._project.class_fact(symbol)
        if fact is None or depth > _DEEPEST_BASE:
            return ""
        named = [base[1:] for base in fact.bases if base.startswith(NAME)]
        roots = (
            self._find_root(self._project.resolve(symbol.module, base), base, depth + 1) for base in named
        )
        return next((root for root in roots if root), "")
