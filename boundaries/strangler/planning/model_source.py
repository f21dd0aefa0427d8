"""What does the source alone say about a context's models?

The counterpart of `models`, for a project that is not running: what only a running Django knows (models of packages,
fields added by code) is not in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from boundaries.enforcement.api import Analysis, Coupling
from boundaries.enforcement.source.expression import dotted_name, last_name
from boundaries.enforcement.source.facts import NAME, TEXT, FieldFact
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.parse import parse
from boundaries.strangler.planning.facts import ModelFacts, Place, PlannedTable, Relation, RelationKind

_CONTENT_TYPE = "contenttypes.ContentType"
_RELATION = re.compile(r"(?:^|\.)(?:ForeignKey|OneToOneField|ManyToManyField|ParentalKey)$")
# So are abstract bases called; whether others are, only their package tells.
_ABSTRACT = re.compile(r"^(?:Abstract|Base)|(?:Mixin|Base)$")
_MANY = re.compile(r"ManyToMany\w*$")
# What the coupling graph says of an inheritance that is more than one of columns.
_TIES: dict[str, RelationKind] = {"parent table": "inheritance", "proxy": "proxy"}
_GENERIC_KEY, _GENERIC_BACK = "GenericForeignKey", "GenericRelation"
# Django's own models that have a table; whether those of packages have one, only their source would tell.
_PARENT_TABLES = frozenset(
    {"auth.Group", "auth.Permission", "auth.User", "flatpages.FlatPage", "redirects.Redirect", "sites.Site"}
)


def describe_models(analysis: Analysis, context: str) -> list[ModelFacts]:
    """The context's models with a table, automatic many-to-many tables left out."""
    return [
        ModelFacts(
            label=model.dotted,
            table=model.table,
            managed=_is_managed(model),
            app_context=_context_of_app(analysis, model),
            place=Place(model.file.relative, model.fact.line),
        )
        for model in _concrete(analysis, context)
    ]


def find_tables(analysis: Analysis, context: str) -> list[PlannedTable]:
    """The tables of the context's managed models, with the automatic ones; their keys only the database knows."""
    found = []
    for model in _concrete(analysis, context):
        if _is_managed(model):
            found.append(PlannedTable(model.table, (), None, "statement", model.dotted))
            found += [
                PlannedTable(_table_between(model, declaring, field), (), None, "statement")
                for declaring, field in analysis.models.fields(model)
                if _MANY.search(field.callee) and not field.through
            ]
    return sorted(found, key=lambda planned: planned.table)


def find_relations(analysis: Analysis, context: str, couplings: Iterable[Coupling]) -> Iterator[Relation]:
    """Every field and base class that ties the context's models to models elsewhere, in either direction.

    What crosses between two contexts is the coupling graph's; models of nobody are added to it.
    """
    labels = {
        f"{model.symbol.module}:{model.symbol.qualname}": model.dotted for model in analysis.models.all()
    }
    for item in couplings:
        if context in (item.source_context, item.target_context) and item.source in labels:
            label = labels[item.source]
            if item.kind == "inheritance" and item.detail in _TIES:
                yield _between(item, _TIES[item.detail], label)
            elif item.kind == "relation" and not item.detail.startswith("through of "):
                yield _relation(analysis, item, label)
    for model in _concrete(analysis, context):
        yield from _to_nobody(analysis, context, model)


def find_generic_foreign_keys_elsewhere(analysis: Analysis, context: str) -> list[str]:
    """Fields of other contexts that could point at any row of this one."""
    return [
        f"{model.dotted}.{field.name}"
        for model in analysis.models.all()
        if model.context not in (context, None) and not model.fact.abstract
        for _, field in analysis.models.fields(model)
        if field.callee.endswith(_GENERIC_KEY)
    ]


def find_known_keys(analysis: Analysis) -> frozenset[tuple[str, str]]:
    """The pairs (table, target table) of every foreign key that the models declare, as far as the source tells."""
    found: set[tuple[str, str]] = set()
    for model in analysis.models.all():
        if model.fact.abstract or model.fact.proxy:
            continue
        found |= {
            (model.table, base.table) for base in analysis.models.bases(model) if not base.fact.abstract
        }
        for declaring, field in analysis.models.fields(model):
            if _RELATION.search(field.callee) and field.target:
                found |= _keys_of(analysis, model, declaring, field)
    return frozenset(found)


def _keys_of(analysis: Analysis, model: Model, declaring: Model, field: FieldFact) -> set[tuple[str, str]]:
    if field.target == f"{TEXT}self":
        target = model.table
    else:
        meant = analysis.models.meant_by(field.target, module=declaring.symbol.module, label=model.label)
        if meant is None:
            return set()
        target = _table_of(analysis, _label_of(meant.dotted))
    if not _MANY.search(field.callee):
        return {(model.table, target)}
    between = _table_between(model, declaring, field)
    return {(between, model.table), (between, target)}


def _table_of(analysis: Analysis, label: str) -> str:
    known = analysis.models.of_label(label)
    if known is not None:
        return known.table
    return "django_content_type" if label == _CONTENT_TYPE else label.lower().replace(".", "_")


def find_unknown_parents(analysis: Analysis, context: str) -> list[tuple[str, str]]:
    """The context's models with a base of a package, of which the source does not tell whether it has a table."""
    return [
        (model.dotted, parent)
        for model in _concrete(analysis, context)
        for parent in _foreign_parents(analysis, model)
        if parent not in _PARENT_TABLES
    ]


def _concrete(analysis: Analysis, context: str) -> list[Model]:
    owned = (model for model in analysis.models.all() if model.context == context)
    return sorted(
        (model for model in owned if not model.fact.abstract and not model.fact.proxy),
        key=lambda model: model.dotted,
    )


def _between(item: Coupling, kind: RelationKind, label: str) -> Relation:
    place = Place(item.path, item.line)
    return Relation(kind, label, item.target, item.source_context, item.target_context, place)


def _relation(analysis: Analysis, item: Coupling, label: str) -> Relation:
    written_as, _, name = item.detail.partition(" ")
    plain = _between(item, "relation", f"{label}.{name}")
    return replace(
        plain,
        **_described(label, written_as, _keywords(str(analysis.context_map.root / item.path), item.line)),
    )


def _described(label: str, callee: str, said: dict[str, ast.expr]) -> dict[str, Any]:
    """How a relation is made: the kind of field, and what its arguments say."""
    kind = (
        "ManyToManyField"
        if _MANY.search(callee)
        else "OneToOneField"
        if "OneToOne" in callee
        else "ForeignKey"
    )
    through = said.get("through")
    app, _, name = label.lower().rpartition(".")
    related = _text(said.get("related_name")).replace("%(class)s", name).replace("%(app_label)s", app)
    return {
        "accessor": ""
        if related.endswith("+")
        else related or (name if kind == "OneToOneField" else f"{name}_set"),
        "field": kind,
        "on_delete": last_name(said["on_delete"]) if "on_delete" in said else "",
        "to_field": _text(said.get("to_field")),
        "through": (_text(through) or last_name(through)).rpartition(".")[2] if through else "",
    }


def _foreign_parents(analysis: Analysis, model: Model) -> Iterator[str]:
    for base in model.fact.bases:
        symbol = analysis.project.resolve(model.symbol.module, base[1:]) if base.startswith(NAME) else None
        if symbol is not None and not symbol.is_inside and ".models." in symbol.qualname:
            name = symbol.last
            if not symbol.qualname.startswith("django.db.") and not _ABSTRACT.search(name):
                yield _label_of(symbol.qualname)


def _to_nobody(analysis: Analysis, context: str, model: Model) -> Iterator[Relation]:
    """What ties a model to models of packages and to rows of any kind."""
    here = Place(model.file.relative, model.fact.line)
    for parent in _foreign_parents(analysis, model):
        if parent in _PARENT_TABLES:
            yield Relation("inheritance", model.dotted, parent, context, None, here)
    own = list(analysis.models.fields(model))
    behind_generic = {
        field.target[1:] or "content_type" for _, field in own if field.callee.endswith(_GENERIC_KEY)
    }
    for declaring, field in own:
        place, source = Place(declaring.file.relative, field.line), f"{model.dotted}.{field.name}"
        if field.callee.endswith((_GENERIC_KEY, _GENERIC_BACK)):
            yield Relation("generic", source, field.callee.rpartition(".")[2], context, None, place)
        elif (label := _nobodys_model(analysis, declaring, field, model)) == _CONTENT_TYPE:
            if field.name not in behind_generic:
                yield Relation("content type", source, label, context, None, place)
        elif label:
            said = _described(model.dotted, field.callee, _keywords(declaring.file.path, field.line))
            yield replace(Relation("relation", source, label, context, None, place), **said)


def _nobodys_model(analysis: Analysis, declaring: Model, field: FieldFact, model: Model) -> str:
    """The model of no context that a field points at; empty for other fields."""
    if not _RELATION.search(field.callee) or not field.target or field.target == f"{TEXT}self":
        return ""
    target = analysis.models.meant_by(field.target, module=declaring.symbol.module, label=model.label)
    return _label_of(target.dotted) if target and target.context is None else ""


def _label_of(dotted: str) -> str:
    """`auth.Permission` for a third party's model, whether it was named so or imported."""
    package, models, name = dotted.rpartition(".models.")
    return f"{package.rpartition('.')[2]}.{name.rpartition('.')[2]}" if models else dotted


def _context_of_app(analysis: Analysis, model: Model) -> str | None:
    app = analysis.apps.of_module(model.symbol.module)
    return analysis.context_map.context_of_module(app.package if app else model.symbol.module)


def _table_between(model: Model, declaring: Model, field: FieldFact) -> str:
    return _text(_keywords(declaring.file.path, field.line).get("db_table")) or f"{model.table}_{field.name}"


def _is_managed(model: Model) -> bool:
    meta = _meta(model.file.path, model.fact.line)
    said = meta.get("managed")
    return not (isinstance(said, ast.Constant) and said.value is False)


def _keywords(path: str, line: int) -> dict[str, ast.expr]:
    call = _calls(path).get(line)
    said = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg} if call else {}
    if call and len(call.args) > 1 and "ForeignKey" in dotted_name(call.func):
        said.setdefault("on_delete", call.args[1])
    return said


def _meta(path: str, line: int) -> dict[str, ast.expr]:
    found = (node for node in _classes(path) if node.lineno == line)
    for node in found:
        for inner in node.body:
            if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
                return {
                    target.id: statement.value
                    for statement in inner.body
                    if isinstance(statement, ast.Assign)
                    for target in statement.targets
                    if isinstance(target, ast.Name)
                }
    return {}


@cache
def _calls(path: str) -> dict[int, ast.Call]:
    """The calls that class attributes of a file are assigned, by line."""
    return {
        statement.lineno: statement.value
        for node in _classes(path)
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Call)
    }


@cache
def _classes(path: str) -> tuple[ast.ClassDef, ...]:
    statements, _ = parse(Path(path).read_bytes())
    return tuple(
        node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.ClassDef)
    )


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
