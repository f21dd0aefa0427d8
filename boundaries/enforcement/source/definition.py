"""What does one class define: fields, a model's `Meta`, an app's name, a migration's dependencies, options?"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from boundaries.enforcement.source.expression import dotted_name, encode, last_name
from boundaries.enforcement.source.facts import OTHER, ClassFact, DependencyFact, FieldFact, PathInLookup
from boundaries.enforcement.source.field_class import read_field_class
from boundaries.enforcement.source.option import model_in, paths_in_option
from boundaries.enforcement.source.statement import assignments, flat, text_of


def read_class(node: ast.ClassDef, qualname: str) -> ClassFact:
    """The facts of one class."""
    own: dict[str, ast.expr] = {}
    meta: dict[str, ast.expr] = {}
    fields: list[FieldFact] = []
    has_meta = False
    for statement in flat(node.body):
        if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
            has_meta = True
            meta = dict(assignments(statement.body))
        for name, value in assignments([statement]):
            own[name] = value
            fields.append(read_field(name, value, statement))
    said = {name: encode(value) for name, value in meta.items()}
    return ClassFact(
        qualname=qualname,
        bases=tuple(encode(base) for base in node.bases),
        line=node.lineno,
        column=node.col_offset + 1,
        fields=tuple(fields),
        abstract=said.get("abstract") == f"{OTHER}True",
        proxy=said.get("proxy") == f"{OTHER}True",
        has_meta=has_meta,
        app_label=text_of(said.get("app_label")),
        db_table=text_of(said.get("db_table")),
        name=_constant(own, "name"),
        label=_constant(own, "label"),
        related_name=text_of(said.get("default_related_name")),
        model=_model(meta) or _model(own),
        # A `Meta` is no class of its own: what it lists is its owner's.
        options=() if node.name == "Meta" else (*_options(own), *_options(meta)),
        gives=read_field_class(node),
    )


def read_dependencies(node: ast.ClassDef) -> Iterator[DependencyFact]:
    """The dependencies of a migration."""
    for name, value in assignments(flat(node.body)):
        if name == "dependencies" and isinstance(value, ast.List | ast.Tuple):
            yield from _read_dependencies(value)


def _model(attributes: dict[str, ast.expr]) -> str:
    found = (model_in(name, attributes[name]) for name in ("model", "queryset") if name in attributes)
    return next((model for model in found if model), "")


def _options(attributes: dict[str, ast.expr]) -> Iterator[PathInLookup]:
    for name, value in attributes.items():
        yield from paths_in_option(name, value)


def _constant(attributes: dict[str, ast.expr], name: str) -> str:
    return text_of(encode(attributes[name])) if name in attributes else ""


def read_field(name: str, value: ast.expr, place: ast.stmt | ast.expr) -> FieldFact:
    """The field that a class attribute or a call outside makes, shown at a place."""
    if not isinstance(value, ast.Call):
        return FieldFact(name, "")
    keywords = {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    target = value.args[0] if value.args else keywords.get("to")
    constraint = keywords.get("db_constraint")
    return FieldFact(
        name=name,
        callee=dotted_name(value.func),
        target=encode(target) if target is not None else "",
        through=encode(keywords["through"]) if "through" in keywords else "",
        related_name=_keyword_text(keywords, "related_name"),
        query_name=_keyword_text(keywords, "related_query_name"),
        constraint=not (isinstance(constraint, ast.Constant) and constraint.value is False),
        line=place.lineno,
        column=place.col_offset + 1,
    )


def _keyword_text(keywords: dict[str, ast.expr], name: str) -> str:
    return text_of(encode(keywords[name])) if name in keywords else ""


def _read_dependencies(value: ast.List | ast.Tuple) -> Iterator[DependencyFact]:
    for item in value.elts:
        place = (item.lineno, item.col_offset + 1)
        if isinstance(item, ast.Tuple) and len(item.elts) == 2:
            app, name = (encode(element) for element in item.elts)
            yield DependencyFact(app, name, *place)
        elif isinstance(item, ast.Call) and last_name(item.func) == "swappable_dependency" and item.args:
            yield DependencyFact(encode(item.args[0]), "", *place)
