"""Which model does a class work on that is none itself: a form, an admin class, a serializer, a view?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from boundaries.enforcement.source.facts import NAME, CallFact
from boundaries.enforcement.source.model import Models
from boundaries.enforcement.source.project import Symbol

_DEEPEST_BASE = 6


@dataclass(frozen=True, slots=True)
class Work:
    """The chain of names that leads to the model, as written in a module."""

    chain: str
    module: str


class WorkingModels:
    """What classes say in `model`, `Meta.model` and `queryset`, what their bases say, and how they are registered."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._known: dict[Symbol, Work | None] = {}

    def of_class(self, module: str, qualname: str) -> Work | None:
        """The model of a class; None where the source does not tell."""
        return self._of(Symbol(module, qualname), 0)

    def _of(self, symbol: Symbol, depth: int) -> Work | None:
        if symbol not in self._known:
            self._known[symbol] = None
            self._known[symbol] = self._find(symbol, depth)
        return self._known[symbol]

    def _find(self, symbol: Symbol, depth: int) -> Work | None:
        fact = self._models.project.class_fact(symbol)
        if fact is None or depth > _DEEPEST_BASE:
            return None
        if fact.model.startswith(NAME):
            return Work(fact.model[1:], symbol.module)
        if (registered := self._registered.get(symbol)) is not None:
            return registered
        for base in fact.bases:
            found = self._models.project.resolve(symbol.module, base[1:]) if base.startswith(NAME) else None
            if found is not None and found.is_inside and (work := self._of(found, depth + 1)) is not None:
                return work
        return None

    @cached_property
    def _registered(self) -> dict[Symbol, Work]:
        """Admin classes by the models that they are registered for; the first where there are several."""
        found: dict[Symbol, Work] = {}
        for file, facts in self._models.project.files():
            for call in facts.calls:
                if call.callee.endswith("register") and call.arguments and call.arguments[0].startswith(NAME):
                    symbol = self._registered_class(file.module, call)
                    if symbol is not None:
                        found.setdefault(symbol, Work(call.arguments[0][1:], file.module))
        return found

    def _registered_class(self, module: str, call: CallFact) -> Symbol | None:
        """The admin class in `site.register(Model, Admin)`, or the one that `@register(Model)` decorates."""
        if len(call.arguments) > 1:
            written = call.arguments[1]
            return self._models.project.resolve(module, written[1:]) if written.startswith(NAME) else None
        return Symbol(module, call.scope) if call.scope else None
