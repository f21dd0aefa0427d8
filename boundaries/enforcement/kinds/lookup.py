"""Which ORM paths walk into models of another context?

A path is followed along the models' relations, forwards and backwards, from a model that the call names.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name
from boundaries.enforcement.kinds.relation import is_relation
from boundaries.enforcement.source.facts import TEXT, LookupFact, PathInLookup
from boundaries.enforcement.source.model import Model, Models
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.tree import SourceFile

Steps = dict[Symbol, dict[str, Model | None]]

# What Django asks of a foreign key's own column, without a join.
_ON_THE_COLUMN = frozenset({"exact", "in", "isnull", "gt", "gte", "lt", "lte"})


def find(analysis: Analysis) -> Iterator[Link]:
    """Paths in `filter`, `order_by`, `select_related`, `F` and their like that reach another context's model.

    A path with `__` from a model that cannot be told is unresolved.
    """
    steps = relation_steps(analysis)
    for file, facts, owner in analysis.owned_files():
        for fact in facts.lookups if file.purpose != "migration" else ():
            start = _start(analysis, file, fact)
            for path in fact.paths:
                if start is None:
                    analysis.unresolved["lookup"] += "__" in path.path
                elif (reached := _first_foreign(path, start, steps, owner, analysis.models)) is not None:
                    yield _link(file, fact, path, owner, reached)


def relation_steps(analysis: Analysis) -> Steps:
    """For each concrete model, where each relation leads: forwards by field name, backwards by query name."""
    steps: Steps = {}
    for model in analysis.models.all():
        if model.fact.abstract:
            continue
        own = steps.setdefault(model.symbol, {})
        for declaring, field in analysis.models.fields(model):
            if not field.callee or not is_relation(analysis, declaring.symbol.module, field.callee):
                continue
            is_self = field.target == f"{TEXT}self"
            target = model if is_self else _model_of(analysis.models, field.target, declaring, model)
            own[field.name] = target
            if target is not None and (name := _query_name(field.related, model)):
                steps.setdefault(target.symbol, {}).setdefault(name, model)
    for model in analysis.models.all():
        for base in analysis.models.bases(model):
            for name, target in steps.get(base.symbol, {}).items():
                steps.setdefault(model.symbol, {}).setdefault(name, target)
    return steps


def _model_of(models: Models, expression: str, declaring: Model, model: Model) -> Model | None:
    target = models.meant_by(expression, module=declaring.symbol.module, label=model.label)
    return models.of_label(target.dotted) if target else None


def _query_name(related: str, model: Model) -> str:
    """The name of the way back: the one that is given, or the model's own; none where it ends in `+`."""
    if related.endswith("+"):
        return ""
    name = related.replace("%(class)s", model.symbol.last.lower()).replace("%(app_label)s", model.label)
    return name or model.symbol.last.lower()


def _start(analysis: Analysis, file: SourceFile, fact: LookupFact) -> Model | None:
    """The model at the root of a chain: `Model.objects.filter`, `module.Model.objects.filter`, `cls.objects.filter`."""
    parts = fact.callee.split(".")
    if parts[0] in {"cls", "self"}:
        inside = fact.scope.split(".<locals>")[0].rpartition(".")[0]
        return analysis.models.of_symbol(Symbol(file.module, inside)) if "objects" in parts[1:3] else None
    for size in range(len(parts) - 2, 0, -1):
        symbol = analysis.project.resolve(file.module, ".".join(parts[:size]))
        model = analysis.models.of_symbol(symbol) if symbol else None
        if model is not None:
            return model
    return None


def _first_foreign(
    path: PathInLookup, start: Model, steps: Steps, owner: str, models: Models
) -> Model | None:
    """The first model on the way that another context owns; the start does not count, nor a bare column."""
    parts = path.path.split("__")
    model = start
    walked = parts if path.is_join else parts[:-1]
    for position, part in enumerate(walked):
        reached = steps.get(model.symbol, {}).get(part)
        if reached is None or reached.context not in {None, owner}:
            is_column = not path.is_join and set(parts[position + 1 :]) <= _ON_THE_COLUMN
            return None if is_column and _is_own_field(model, part, models) else reached
        model = reached
    return None


def _is_own_field(model: Model, name: str, models: Models) -> bool:
    return any(field.name == name for _, field in models.fields(model))


def _link(file: SourceFile, fact: LookupFact, path: PathInLookup, owner: str, reached: Model) -> Link:
    return Link(
        kind="lookup",
        path=file.relative,
        line=path.line,
        column=path.column,
        source_context=owner,
        target_context=reached.context or "",
        source=symbol_name(file.module, fact.scope),
        target=reached.dotted,
        detail=path.path,
    )
