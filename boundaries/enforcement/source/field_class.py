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
from boundaries.enforcement.source.statement import text_of

_GIVEN = frozenset({"to", "through", "related_name"})
_FIRST = ""  # stands for the first argument, whatever its name
# The first argument of any other class's `__init__` may be a sentence.
_NAMES_MODEL = re.compile(r"(?:\w+\.)?[A-Z]\w*")
_LOOKS_UP = frozenset({"get", "pop", "setdefault"})


def read_field_class(node: ast.ClassDef) -> FieldClassFact | None:
    """What a class's `__init__` says of a target, a model between, a name back; None where it says nothing."""
    init = next((s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    if init is None:
        return None
    named = [argument.arg for argument in (*init.args.posonlyargs, *init.args.args)][1:]
    parameters = {"self", *named, *(argument.arg for argument in init.args.kwonlyargs)}
    said: dict[str, str] = {}
    for key, value in (*_defaults(init.args), *_passed_on(init)):
        encoded = encode(_default_in(value)) if key in _GIVEN or key == _FIRST else OTHER
        if encoded[0] != OTHER and encoded[1:] not in parameters:
            said.setdefault(key, encoded)
    if not said:
        return None
    return FieldClassFact(
        target=said.get("to") or said.get(_FIRST, ""),
        through=said.get("through", ""),
        related_name=text_of(said.get("related_name")),
        takes_target=named[0] == "to" if named else _FIRST not in said,
    )


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(named), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    yield from ((argument.arg, value) for argument, value in pairs if value)


def _passed_on(init: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """What is put under a key, a keyword or a name."""
    for node in ast.walk(init):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str(key)), value]):
                if attr in _LOOKS_UP:
                    yield key, value
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[first, *_]) if _may_be_model(first):
                yield _FIRST, first
            case ast.keyword(arg=str(key), value=value) | ast.Assign(targets=[ast.Name(id=key)], value=value):
                yield key, value
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))], value=value):
                yield key, value
            case ast.Dict(keys=keys, values=values):
                for key_node, value in zip(keys, values, strict=True):
                    if isinstance(key_node, ast.Constant) and isinstance(key_node.value, str):
                        yield key_node.value, value


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
