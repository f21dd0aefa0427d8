"""Which class attributes make a relation between models, and what does their class say of its target?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from boundaries.enforcement.source.facts import NAME, FieldClassFact, FieldFact, MakerFact
from boundaries.enforcement.source.project import Project, Symbol

_RELATION = re.compile(
    r"(?:^|\.)\w*(?:ForeignKey|OneToOneField|ManyToManyField|ParentalKey|ForeignObject|GenericRelation"
    r"|TaggableManager)$"
)
_ONE_TO_ONE = re.compile(r"OneToOne\w*$")
_TAGS = re.compile(r"TaggableManager$")
_GENERIC_RELATION = re.compile(r"GenericRelation$")
# The key of a generic relation points at any model: it is no relation to one.
_TO_ANY = re.compile(r"Generic(?!Relation)\w*$")
# The kit's own field is the allowed form: a typed identifier without a constraint.
_ALLOWED = ("boundaries.Reference", "boundaries.facades.reference.Reference")
_DEEPEST_BASE = 8

Kind = Literal["relation", "generic"]


class Fields:
    """What a project's field classes are, answered once for each."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._root = cache(self._root_of)
        self._gives = cache(self._given_by)

    def kind(self, module: str, callee: str) -> Kind | None:
        """Which relation a field class makes: one of Django's, one that is called like them, or derived from one.

        None for other fields.
        """
        root = self._root(module, callee) if callee else ""
        if not root:
            return None
        return "generic" if _GENERIC_RELATION.search(root) else "relation"

    def is_relation(self, module: str, callee: str) -> bool:
        """Whether a field class makes a relation that is not generic."""
        return self.kind(module, callee) == "relation"

    def holds_tags(self, module: str, callee: str) -> bool:
        """Whether it is django-taggit's field: it names the model between, and that model the tags."""
        return bool(_TAGS.search(self._root(module, callee)))

    def is_one_to_one(self, module: str, callee: str) -> bool:
        """Whether the way back along the relation leads to one object."""
        return bool(_ONE_TO_ONE.search(self._root(module, callee)))

    def target(self, module: str, field: FieldFact) -> tuple[str, str]:
        """The expression of a field's target, and the module that it is written in: the field's, or its class's."""
        for gives, written_in in self._gives(module, field.callee):
            if gives.target and not (field.target and gives.takes_target):
                return gives.target, written_in
        return field.target, module

    def through(self, module: str, field: FieldFact) -> tuple[str, str]:
        """The expression of the model between, likewise; empty where Django makes one."""
        if not field.through:
            for gives, written_in in self._gives(module, field.callee):
                if gives.through:
                    return gives.through, written_in
        return field.through, module

    def related_name(self, module: str, field: FieldFact) -> str:
        """The name back that a field gives, or its class."""
        given = (gives.related_name for gives, _ in self._gives(module, field.callee))
        return field.related_name or next(filter(None, given), "")

    def _root_of(self, module: str, callee: str) -> str:
        """The name of the relation class that a field class is or derives from; empty for other fields."""
        if (made := self._maker(module, callee)) is not None:
            maker, module = made
            callee = maker.callee
        return self._find_root(self._project.resolve(module, callee), callee, 0)

    def _maker(self, module: str, callee: str) -> tuple[MakerFact, str] | None:
        """The function or partial that is called for a field, and its module."""
        symbol = self._project.resolve(module, callee) or Symbol(module, callee)
        entry = self._project.modules.get(symbol.module)
        maker = entry[1].makers.get(symbol.qualname) if entry is not None else None
        return (maker, symbol.module) if maker is not None else None

    def _find_root(self, symbol: Symbol | None, written: str, depth: int) -> str:
        dotted = written if symbol is None else f"{symbol.module}.{symbol.qualname}".lstrip(".")
        if dotted in _ALLOWED:
            return ""
        # A package's own relation may derive from what only Django's inside knows; its name tells, read or not.
        is_told = _RELATION.search(dotted) and (symbol is None or not self._is_own(symbol))
        if symbol is not None and symbol.is_inside and not is_told:
            roots = (self._find_root(base, name, depth + 1) for base, name in self._bases(symbol, depth))
            return next((root for root in roots if root), "")
        if _TO_ANY.search(dotted) or dotted.startswith(("sqlalchemy", "rest_framework")):
            return ""
        return dotted if is_told else ""

    def _is_own(self, symbol: Symbol) -> bool:
        return symbol.is_inside and not self._project.is_package(symbol.module)

    def _given_by(self, module: str, callee: str) -> tuple[tuple[FieldClassFact, str], ...]:
        """What a field class or maker and its bases give, with the module of each, the nearest first."""
        if (made := self._maker(module, callee)) is None:
            return tuple(self._gifts(self._project.resolve(module, callee), 0))
        maker, written_in = made
        return ((maker.gives, written_in), *self._gifts(self._project.resolve(written_in, maker.callee), 0))

    def _gifts(self, symbol: Symbol | None, depth: int) -> Iterator[tuple[FieldClassFact, str]]:
        fact = self._project.class_fact(symbol) if symbol is not None and symbol.is_inside else None
        if symbol is None or fact is None:
            return
        if fact.gives is not None:
            yield fact.gives, symbol.module
        for base, _ in self._bases(symbol, depth):
            yield from self._gifts(base, depth + 1)

    def _bases(self, symbol: Symbol, depth: int) -> Iterator[tuple[Symbol | None, str]]:
        """What a class of the project inherits, and as what it is written."""
        fact = self._project.class_fact(symbol)
        for base in fact.bases if fact is not None and depth <= _DEEPEST_BASE else ():
            if base.startswith(NAME):
                yield self._project.resolve(symbol.module, base[1:]), base[1:]
