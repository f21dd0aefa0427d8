"""What do the running project's models say about a context?

Exact, since Django itself has resolved base classes, strings and swapped models; the lint reads source.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from boundaries.contexts.ownership import context_of_model, models_of
from boundaries.strangler.planning.facts import ModelFacts, Place, Relation

_CONTENT_TYPE = "contenttypes.ContentType"


def describe_models(context: str, *, root: Path) -> list[ModelFacts]:
    """The context's models with a table, automatic many-to-many tables left out."""
    return [
        ModelFacts(
            label=model._meta.label,
            table=model._meta.db_table,
            managed=model._meta.managed,
            app_context=_context_of_app(model),
            place=place_of(model, None, root=root),
        )
        for model in models_of(context)
        if not model._meta.auto_created
    ]


def find_relations(context: str, *, root: Path) -> list[Relation]:
    """Every field and base class that ties the context's models to models elsewhere, in either direction."""
    found: list[Relation] = []
    for model in apps.get_models(include_swapped=False):
        source = context_of_model(model)
        ties = [*_inherited(model), *_related(model)]
        found += [
            Relation(
                kind,
                _label(model, name),
                target._meta.label,
                source,
                context_of_model(target),
                place_of(model, name, root=root),
                **_described(model, name),
            )
            for kind, name, target in ties
            if _crosses(context, source, context_of_model(target))
        ]
        if source == context:
            found += _generic(model, root)
    return found


def find_known_keys() -> frozenset[tuple[str, str]]:
    """The pairs (table, target table) of every foreign key that Django's models declare."""
    return frozenset(
        (model._meta.db_table, field.remote_field.model._meta.db_table)
        for model in apps.get_models(include_auto_created=True, include_swapped=False)
        for field in model._meta.local_fields
        if field.remote_field and _is_model(field.remote_field.model)
    )


def models_in(modules: Collection[str]) -> list[type[Model]]:
    """The models, with a table of their own, that are written in these modules."""
    return [model for model in apps.get_models() if model.__module__ in modules]


def find_generic_foreign_keys_elsewhere(context: str) -> list[str]:
    """Fields of other contexts that could point at any row of this one."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_swapped=False)
        if context_of_model(model) not in (context, None)
        for field in model._meta.private_fields
        if type(field).__name__ == "GenericForeignKey"
    ]


def place_of(model: type[Model], field: str | None, *, root: Path) -> Place:
    """Where a model is written, or one of its fields, also when that stands in a base class."""
    for owner in model.__mro__ if field else (model,):
        source = _source(owner)
        if source is None:
            continue
        path, line, fields = source
        if field is None or field in fields:
            return Place(_relative(path, root), fields[field] if field else line)
    return Place()


def _crosses(context: str, source: str | None, target: str | None) -> bool:
    return context in (source, target) and source != target


def _inherited(model: type[Model]) -> Iterator[tuple[Any, str | None, type[Model]]]:
    for parent in model._meta.parents:
        yield ("proxy" if model._meta.proxy else "inheritance"), None, parent


def _related(model: type[Model]) -> Iterator[tuple[Any, str | None, type[Model]]]:
    links = {link.name for link in model._meta.parents.values() if link}
    local: list[Any] = [*model._meta.local_fields, *model._meta.local_many_to_many]
    for field in local:
        target: Any = field.remote_field.model if field.is_relation and field.remote_field else None
        # Content types are reported apart, and a link to a parent is its inheritance.
        if _is_model(target) and field.name not in links and target._meta.label != _CONTENT_TYPE:
            yield "relation", field.name, target


def _described(model: type[Model], name: str | None) -> dict[str, str]:
    """How a relation is made: the kind of field, and what its arguments say."""
    field: Any = model._meta.get_field(name) if name else None
    if field is None:
        return {}
    accessor = field.remote_field.get_accessor_name() or ""
    if field.many_to_many:
        through = field.remote_field.through._meta
        named = "" if through.auto_created else through.object_name
        return {"field": "ManyToManyField", "through": named, "accessor": accessor}
    target = field.target_field
    return {
        "accessor": accessor,
        "field": "OneToOneField" if field.one_to_one else "ForeignKey",
        "on_delete": field.remote_field.on_delete.__name__,
        "to_field": "" if target.primary_key else target.name,
    }


def _generic(model: type[Model], root: Path) -> Iterator[Relation]:
    context = context_of_model(model)
    for field in model._meta.private_fields:
        kind = type(field).__name__
        # A child in a table of its own has its parent's too, whose column lies with the parent.
        is_own = not getattr(field, "mti_inherited", False)
        if is_own and kind in ("GenericForeignKey", "GenericRelation"):
            yield Relation(
                "generic",
                _label(model, field.name),
                kind,
                context,
                None,
                place_of(model, field.name, root=root),
            )
    behind_generic = {getattr(field, "ct_field", None) for field in model._meta.private_fields}
    for local in model._meta.local_fields:
        if _points_at_content_types(local) and local.name not in behind_generic:
            place = place_of(model, local.name, root=root)
            yield Relation("content type", _label(model, local.name), _CONTENT_TYPE, context, None, place)


def _points_at_content_types(field: Field[Any, Any]) -> bool:
    target: Any = field.remote_field.model if field.remote_field else None
    return _is_model(target) and target._meta.label == _CONTENT_TYPE


def _is_model(target: object) -> bool:
    """A relation's target is a string as long as its app is not installed."""
    return isinstance(target, type)


def _context_of_app(model: type[Model]) -> str | None:
    from boundaries.contexts.map import current_map

    return current_map().context_of_module(apps.get_app_config(model._meta.app_label).name)


def _label(model: type[Model], field: str | None) -> str:
    return f"{model._meta.label}.{field}" if field else model._meta.label


def _relative(path: str, root: Path) -> str:
    resolved = Path(path)
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else resolved.name


@cache
def _source(owner: type) -> tuple[str, int, dict[str, int]] | None:
    """File, line and the lines of the attributes of a class; None where there is no source to read."""
    try:
        path = inspect.getsourcefile(owner)
        tree = ast.parse(Path(path or "").read_bytes())
    except (OSError, TypeError, SyntaxError):
        return None
    name = owner.__qualname__.rpartition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == name and path:
            return path, node.lineno, dict(_attributes(node))
    return None


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for statement in node.body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.lineno
