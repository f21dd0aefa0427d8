"""Where in the source does something stand that a running project knows?"""

from __future__ import annotations

from dataclasses import dataclass

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.tree import is_test_module


@dataclass(frozen=True)
class Ground:
    """The source as the finders saw it, asked from outside: which context, which file, which line."""

    analysis: Analysis

    def is_loadable(self, source: str) -> bool:
        """Whether `module:qualname` is a model of the source that Django keeps: not an abstract one."""
        module, _, qualname = source.partition(":")
        model = self.analysis.models.of_symbol(Symbol(module, qualname))
        return model is not None and not model.fact.abstract

    def link(
        self,
        *,
        kind: str,
        module: str,
        qualname: str = "",
        target: str,
        target_module: str,
        label: str = "",
        member: str = "",
        line: int | None = None,
        detail: str = "",
        is_constraint: bool = False,
    ) -> Link | None:
        """A link with the evidence `exact`; None when it stays inside a context, or begins or ends outside all.

        Code that the finders leave out, such as tests and packages, begins none. `label` is that of the model that
        it begins at, if it is one.
        """
        entry = self.analysis.project.modules.get(module)
        context, target_context = self._context_of(label, module), self._context_of(target, target_module)
        if entry is None or context is None or target_context in {None, context} or self._is_left_out(module):
            return None
        path, found = self._place(module, qualname, member)
        return Link(
            kind=kind,
            path=path or entry[0].relative,
            line=line or found,
            column=1,
            source_context=context,
            target_context=target_context or "",
            source=symbol_name(module, qualname),
            target=target,
            evidence="exact",
            detail=detail,
            module=target_module,
            is_constraint=is_constraint,
        )

    def _context_of(self, label: str, module: str) -> str | None:
        """The context of a model: claimed by its label, else by its module."""
        context_map = self.analysis.context_map
        return context_map.context_of_model_label(label) or context_map.context_of_module(module)

    def _is_left_out(self, module: str) -> bool:
        context_map = self.analysis.context_map
        is_test = not context_map.check.tests and is_test_module(module, context_map)
        return is_test or self.analysis.project.is_package(module)

    def _place(self, module: str, qualname: str, member: str) -> tuple[str, int]:
        """The file and line of a model's field, else of the model, else the top of the module."""
        model = self.analysis.models.of_symbol(Symbol(module, qualname))
        if model is None:
            return "", 1
        for declaring, field in self.analysis.models.fields(model):
            if field.name == member and field.line and declaring.file.purpose != "package":
                return declaring.file.relative, field.line
        return model.file.relative, model.fact.line
