"""Which fields does code make that is no class body: functions that return one, partials, fields that are added later?

def user_key(**options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, **options)

Order.add_to_class("buyer", user_key())
"""

from __future__ import annotations

import ast
import re

from boundaries.enforcement.source.binding import Function
from boundaries.enforcement.source.definition import read_field
from boundaries.enforcement.source.expression import dotted_name, encode, last_name
from boundaries.enforcement.source.facts import NAME, OTHER, AddedFact, FieldClassFact, MakerFact

_FIELD = re.compile(r"(?:Key|Field|Relation)$")
ADDING = frozenset({"add_to_class", "contribute_to_class"})


def made_by_function(function: Function) -> MakerFact | None:
    """The field that a function returns."""
    for statement in function.body:
        if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call):
            call = statement.value
            if _FIELD.search(last_name(call.func)):
                return _made(call.func, call.args, call.keywords, function.args)
    return None


def made_by_partial(value: ast.expr) -> MakerFact | None:
    """The field that a `partial` of its class makes."""
    if isinstance(value, ast.Call) and last_name(value.func) == "partial" and value.args:
        made, *arguments = value.args
        if _FIELD.search(last_name(made)):
            return _made(made, arguments, value.keywords, None)
    return None


def read_added(call: ast.Call, scope: str) -> AddedFact | None:
    """A field that is put into a model from outside: `Model.add_to_class(name, field)`, `field.contribute_to_class(Model,
    name)`.
    """
    if not isinstance(call.func, ast.Attribute) or len(call.args) < 2:
        return None
    if call.func.attr == "add_to_class":
        model, name, field = call.func.value, *call.args[:2]
    else:
        field, model, name = call.func.value, *call.args[:2]
    if not isinstance(field, ast.Call) or last_name(field.func) == "super":
        return None
    said = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
    return AddedFact(encode(model), read_field(said, field, call), scope)


def _made(
    made: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword], parameters: ast.arguments | None
) -> MakerFact | None:
    given = {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
    target = arguments[0] if arguments else given.get("to")
    defaults = _defaults(parameters) if parameters else {}
    takes_target = target is None or (isinstance(target, ast.Name) and target.id in defaults)
    if isinstance(target, ast.Name):
        target = defaults.get(target.id, target)
    related_name = given.get("related_name")
    gives = FieldClassFact(
        target=_known(target),
        through=_known(given.get("through")),
        related_name=_known(related_name)[1:] if isinstance(related_name, ast.Constant) else "",
        takes_target=takes_target,
    )
    callee = dotted_name(made)
    return MakerFact(callee, gives) if callee else None


def _defaults(parameters: ast.arguments) -> dict[str, ast.expr | None]:
    """Every parameter with its default."""
    named = [*parameters.posonlyargs, *parameters.args]
    given = zip(reversed(named), reversed(parameters.defaults), strict=False)
    only = zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
    return {
        **dict.fromkeys((argument.arg for argument in named), None),
        **{argument.arg: value for argument, value in (*given, *only)},
    }


def _known(value: ast.expr | None) -> str:
    encoded = encode(value) if value is not None else OTHER
    return "" if encoded[0] == OTHER or encoded == NAME else encoded
