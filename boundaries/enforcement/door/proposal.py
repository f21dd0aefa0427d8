"""What would the door of a context have to offer, so that nobody needs its inside?"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.coupling import SCHEMA, Coupling
from boundaries.enforcement.door.kind import Columns, columns_of, is_key, target_of
from boundaries.enforcement.door.operation import Operation, operations_of
from boundaries.enforcement.door.reading import Reading
from boundaries.enforcement.door.use import Use
from boundaries.enforcement.graph import read_graph
from boundaries.enforcement.kinds.link import Analysis
from boundaries.enforcement.source.facts import NAME
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.tree import SourceFile


@dataclass(frozen=True)
class Proposal:
    """A first door: its operations, the data objects they hand out, and what somebody has to think about.

    `fields` has, per model, the columns that callers read, with their types; `computed` what they read that is no
    column. `left` are the uses that no operation stands for, `others` the couplings of kinds that are no code.
    """

    context: Context
    operations: tuple[Operation, ...]
    fields: dict[Symbol, dict[str, str]]
    computed: dict[Symbol, tuple[str, ...]]
    left: tuple[Use, ...]
    others: tuple[Coupling, ...]

    @property
    def callers(self) -> Counter[str]:
        """How many places each other context has that use the inside."""
        uses = [site for operation in self.operations for site in operation.sites] + [*self.left]
        return Counter(use.context for use in uses)

    def as_dict(self) -> dict[str, Any]:
        """The published JSON."""
        return {
            "schema": SCHEMA,
            "context": self.context.name,
            "operations": [_operation(operation) for operation in self.operations],
            "values": {symbol.last: fields for symbol, fields in self.fields.items()},
            "by_hand": [_site(use) | {"what": _named(use)} for use in self.left],
            "couplings": [coupling.as_dict() for coupling in self.others],
        }


def propose(context_map: ContextMap, context: Context, *, cache_folder: Path | None = None) -> Proposal:
    """Look at every file of the other contexts, and say what the context would have to offer them."""
    reading = read_graph(context_map, cache_folder=cache_folder, use_linter=False)
    search = _Search(reading.analysis, context)
    uses = [*search.uses(), *search.through_relations()]
    columns = {
        symbol: search.columns(symbol) for symbol in {use.symbol for use in uses} if search.is_model(symbol)
    }
    operations = operations_of(uses, columns=columns, definition=search.definition)
    served = {(site.path, site.line) for operation in operations for site in operation.sites}
    fields, computed = _fields(operations, columns)
    inward = [c for c in reading.graph.couplings if c.target_context == context.name and c.rule]
    others = [coupling for coupling in inward if coupling.kind not in {"import", "lookup", "reverse"}]
    told = {(coupling.path, coupling.line) for coupling in others}
    return Proposal(
        context=context,
        operations=tuple(operations),
        fields=fields,
        computed=computed,
        left=tuple(use for use in uses if (use.path, use.line) not in served | told),
        others=tuple(others),
    )


class _Search:
    """Where the other contexts use what this one owns and does not show."""

    def __init__(self, analysis: Analysis, context: Context) -> None:
        self.analysis = analysis
        self.context = context

    def uses(self) -> Iterator[Use]:
        for _, reading in self._readings:
            yield from reading.uses()

    def through_relations(self) -> Iterator[Use]:
        """What is read of the object behind a foreign key of another context's model."""
        for model in list(self.analysis.models.all()):
            for holder, field in (
                self.analysis.models.fields(model) if self._is_foreign(model.context) else ()
            ):
                if not is_key(self.analysis, holder, field):
                    continue
                target = target_of(self.analysis, holder, field)
                if target is not None and target.context == self.context.name:
                    yield from self._behind(field.name, str(model.context), target.symbol)

    def is_model(self, symbol: Symbol) -> bool:
        return self.analysis.models.of_symbol(symbol) is not None

    def columns(self, symbol: Symbol) -> Columns:
        model = self.analysis.models.of_symbol(symbol)
        assert model is not None
        return columns_of(self.analysis, model)

    def definition(self, symbol: Symbol) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function that a symbol names."""
        entry = self.analysis.project.modules.get(symbol.module)
        body = parse(Path(entry[0].path).read_bytes())[0] if entry else []
        functions = (node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return next((node for node in functions if node.name == symbol.qualname), None)

    @cached_property
    def _readings(self) -> list[tuple[str, Reading]]:
        return [
            (owner, self._reading(file, owner))
            for file, _, owner in self.analysis.owned_files()
            if self._is_foreign(owner) and file.purpose == "code"
        ]

    def _reading(self, file: SourceFile, owner: str) -> Reading:
        return Reading(
            file=file,
            context=owner,
            resolve=lambda dotted: self._resolve(file.module, dotted),
            is_wanted=self._is_inside,
            is_model=self.is_model,
        )

    def _resolve(self, module: str, dotted: str) -> Symbol | None:
        """What a name stands for; of one that holds a model loaded by its name, the model."""
        symbol = self.analysis.project.resolve(module, dotted)
        if symbol is None or not symbol.is_inside or not symbol.qualname or self.is_model(symbol):
            return symbol
        target = self.analysis.models.meant_by(f"{NAME}{dotted}", module=module, label="")
        model = self.analysis.models.of_label(target.dotted) if target else None
        return model.symbol if model else symbol

    def _behind(self, relation: str, owner: str, symbol: Symbol) -> Iterator[Use]:
        for context, reading in self._readings:
            if context == owner:
                for line, scope, attribute, in_loop in reading.reads_through(relation):
                    yield Use(
                        owner, reading.file.relative, line, scope, symbol, "get",
                        keys=("id",), reads=frozenset({attribute}), in_loop=in_loop,
                    )  # fmt: skip

    def _is_foreign(self, owner: str | None) -> bool:
        return owner not in {None, self.context.name}

    def _is_inside(self, symbol: Symbol) -> bool:
        owner = self.analysis.context_map.context_of_module(symbol.module) if symbol.is_inside else None
        model = self.analysis.models.of_symbol(symbol)
        owner = model.context if model is not None else owner
        return owner == self.context.name and not self.context.is_public(symbol.module)


def _fields(
    operations: list[Operation], columns: dict[Symbol, Columns]
) -> tuple[dict[Symbol, dict[str, str]], dict[Symbol, tuple[str, ...]]]:
    """Per model that is handed out: the key and whatever callers read, columns apart from the rest."""
    fields: dict[Symbol, dict[str, str]] = {}
    computed: dict[Symbol, tuple[str, ...]] = {}
    for symbol, known in columns.items():
        handing = [item for item in operations if item.symbol == symbol and item.shape in {"one", "many"}]
        if handing:
            read = sorted({name for item in handing for site in item.sites for name in site.reads})
            asked = [item.batch.lookup for item in handing if item.batch]
            names = dict.fromkeys(["id", *asked, *(known.attribute(name) for name in read)])
            fields[symbol] = {name: known.types[name] for name in names if name in known.types}
            computed[symbol] = tuple(name for name in names if name not in known.types)
    return fields, computed


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "kind": "command" if operation.is_command else "query",
        "parameters": {item.name: item.type for item in operation.parameters},
        "returns": operation.returns,
        "in_loop": operation.is_looped,
        "sites": [_site(site) for site in operation.sites],
    }


def _site(use: Use) -> dict[str, Any]:
    return {"path": use.path, "line": use.line, "context": use.context, "scope": use.scope}


def _named(use: Use) -> str:
    return ".".join(filter(None, [use.symbol.last, use.name]))
