"""Of which type is the column that a reference to a model needs?"""

from __future__ import annotations

import ast
import re

from boundaries.enforcement.source.facts import NAME
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.project import Symbol
from boundaries.strangler.codemod.ground import Ground

# What points at an automatic key is a plain number; a big one is what a `Reference` takes by itself.
_AUTO = {
    "AutoField": "IntegerField()",
    "SmallAutoField": "SmallIntegerField()",
    "BigAutoField": "",
    "BigIntegerField": "",
}
_PLAIN = frozenset(
    {
        "IntegerField", "SmallIntegerField", "UUIDField", "TextField", "PositiveIntegerField",
        "PositiveSmallIntegerField", "PositiveBigIntegerField",
    }
)  # fmt: skip
_DEEPEST_BASE = 8
_SIZED = frozenset({"CharField", "SlugField"})
_DEFAULT = re.compile(rb"^\s*default_auto_field\s*=\s*[\"']([\w.]+)[\"']", re.MULTILINE)


def key_of(ground: Ground, model: Model, to_field: str = "") -> tuple[str, str] | None:
    """The name of the field that identifies a model's rows, and the `to_type` for it without `models.`.

    An empty type is the default of a `Reference`. None where the source does not tell for sure.
    """
    for declaring in (model, *_abstract_bases(ground, model)):
        for name, call in _declared(ground, declaring):
            if name == to_field or (not to_field and _is_true(call, "primary_key")):
                found = _type_of(ground, declaring, call)
                return None if found is None else (name, found)
    if to_field:
        return None
    parents = [base for base in ground.analysis.models.bases(model) if not base.fact.abstract]
    if parents:
        return key_of(ground, parents[0])
    named = _automatic(ground, model) if _is_all_ours(ground, model) else None
    return ("id", _AUTO[named]) if named in _AUTO else None


def _declared(ground: Ground, model: Model) -> list[tuple[str, ast.Call]]:
    """The class attributes of a model that are calls."""
    found: list[tuple[str, ast.Call]] = []
    for node in ast.walk(ground.text(model.file.relative).tree):
        if isinstance(node, ast.ClassDef) and (node.name, node.lineno) == (
            model.symbol.last,
            model.fact.line,
        ):
            for item in node.body:
                targets = item.targets if isinstance(item, ast.Assign) else []
                if targets and isinstance(targets[0], ast.Name) and isinstance(item.value, ast.Call):  # type: ignore[attr-defined]
                    found.append((targets[0].id, item.value))  # type: ignore[attr-defined]
    return found


def _type_of(ground: Ground, model: Model, call: ast.Call) -> str | None:
    from boundaries.enforcement.source.expression import dotted_name

    symbol = ground.analysis.project.resolve(model.symbol.module, dotted_name(call.func))
    if symbol is None or not symbol.qualname.startswith("django.db.models"):
        return None
    name = symbol.last
    if name in _AUTO:
        return _AUTO[name]
    if name in _PLAIN:
        return f"{name}()"
    length = next((k.value for k in call.keywords if k.arg == "max_length"), None)
    if name in _SIZED and isinstance(length, ast.Constant) and isinstance(length.value, int):
        return f"{name}(max_length={length.value})"
    return None


def _abstract_bases(ground: Ground, model: Model) -> list[Model]:
    found: list[Model] = []
    for base in ground.analysis.models.bases(model):
        if base.fact.abstract:
            found += [base, *_abstract_bases(ground, base)]
    return found


def _is_all_ours(ground: Ground, model: Model) -> bool:
    """Whether every base is read, or Django's own: another package's might declare the key."""
    for base in model.fact.bases:
        symbol = ground.analysis.project.resolve(model.symbol.module, base[1:]) if base[0] == NAME else None
        if symbol is None:
            return False
        if symbol.is_inside:
            known = ground.analysis.models.of_symbol(symbol)
            if known is not None and not _is_all_ours(ground, known):
                return False
        elif not symbol.qualname.startswith(("django.db.models", "django.contrib.auth")):
            return False
    return True


def _automatic(ground: Ground, model: Model) -> str | None:
    """The class of the key that Django adds, as the app, the settings or Django say; None where one cannot be read."""
    from django.conf import global_settings

    analysis = ground.analysis
    app = analysis.apps.of_module(model.symbol.module)
    for file, facts in analysis.project.files():
        if app and file.module in {app.package, f"{app.package}.apps"}:
            for config in facts.classes:
                if (said := _said_by(ground, Symbol(file.module, config.qualname))) is not None:
                    return said.rpartition(".")[2]
    settings = ground.context_map.settings
    named = analysis.settings.value("DEFAULT_AUTO_FIELD")
    if named is None and settings in analysis.project.modules:
        named = global_settings.DEFAULT_AUTO_FIELD
    return named.rpartition(".")[2] if named else None


def _said_by(ground: Ground, config: Symbol, depth: int = 0) -> str | None:
    """What an app's configuration, or a base of it, says of automatic keys."""
    fact = ground.analysis.project.class_fact(config)
    path = ground.path_of_module(config.module)
    if fact is None or path is None or depth > _DEEPEST_BASE:
        return None
    if any(field.name == "default_auto_field" for field in fact.fields):
        said = _DEFAULT.search(ground.content(path))
        return said[1].decode() if said else ""
    for base in fact.bases:
        symbol = ground.analysis.project.resolve(config.module, base[1:]) if base[0] == NAME else None
        found = _said_by(ground, symbol, depth + 1) if symbol else None
        if found is not None:
            return found
    return None


def _is_true(call: ast.Call, keyword: str) -> bool:
    given = next((item.value for item in call.keywords if item.arg == keyword), None)
    return isinstance(given, ast.Constant) and given.value is True
