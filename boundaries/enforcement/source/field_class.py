"""What does the class of a field give its base by itself, so that no field need say it?

class StatusField(ForeignKey):
    def __init__(self, **kwargs):
        kwargs.setdefault("to", "orders.Status")
        super().__init__(**kwargs)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from boundaries.enforcement.source.expression import encode, last_name
from boundaries.enforcement.source.facts import OTHER, TEXT, FieldClassFact

_GIVEN = frozenset({"to", "through"})
# The first argument of any other class's `__init__` may be a sentence.
_NAMES_MODEL = re.compile(r"(?:\w+\.)?[A-Z]\w*")
_LOOKS_UP = frozenset({"get", "pop", "setdefault"})


def read_field_class(node: ast.ClassDef) -> FieldClassFact | None:
    """What a class's `__init__` says of a target or a model between; None where it says neither."""
    init = next((s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    if init is None:
        return None
    named = [argument.arg for argument in (*init.args.posonlyargs, *init.args.args)][1:]
    said: dict[str, str] = {}
    for key, value in (*_defaults(init.args), *_passed_on(init)):
        encoded = encode(_default_in(value))
        if encoded[0] != OTHER and encoded[1:] not in {*named, "self"}:
            said.setdefault(key, encoded)
    if not said:
        return None
    takes_target = named[0] == "to" if named else "first" not in said
    return FieldClassFact(said.get("to") or said.get("first", ""), said.get("through", ""), takes_target)


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(named), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    yield from ((argument.arg, value) for argument, value in pairs if argument.arg in _GIVEN and value)


def _passed_on(init: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """What is put under a key, a keyword or a name that the base knows; `first` is what its call gives first."""
    for node in ast.walk(init):
        match node:
            case ast.Call(
                func=ast.Attribute(attr=method), args=[ast.Constant(value="to" | "through" as key), value]
            ):
                if method in _LOOKS_UP:
                    yield key, value
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[first, *_]) if _may_be_model(first):
                yield "first", first
            case ast.keyword(arg="to" | "through" as key, value=value):
                yield key, value
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value="to" | "through" as key))], value=value
            ):
                yield key, value
            case ast.Assign(targets=[ast.Name(id="to" | "through" as key)], value=value):
                yield key, value
            case ast.Dict(keys=keys, values=values):
                yield from (
                    (key.value, value)
                    for key, value in zip(keys, values, strict=True)
                    if isinstance(key, ast.Constant) and key.value in _GIVEN
                )  # fmt: skip


def _may_be_model(first: ast.expr) -> bool:
    encoded = encode(first)
    if encoded.startswith(TEXT):
        return bool(_NAMES_MODEL.fullmatch(encoded[1:]))
    called = last_name(first.func) if isinstance(first, ast.Call) else ""
    return last_name(first)[:1].isupper() or called == "get_user_model"


def _default_in(value: ast.expr) -> ast.expr:
    """What is left when the caller gives nothing: the last part of `to or Status` and of `kwargs.get("to", Status)`."""
    if isinstance(value, ast.BoolOp):
        return value.values[-1]
    if isinstance(value, ast.Call) and last_name(value.func) in _LOOKS_UP and len(value.args) == 2:
        return value.args[1]
    return value
