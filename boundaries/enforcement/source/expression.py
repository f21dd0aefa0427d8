"""How is an expression kept as one string, and read again?"""

from __future__ import annotations

import ast
import re
from typing import Any, TypeGuard

from boundaries.enforcement.source.facts import CALL, NAME, OTHER, TEXT

_MODEL = re.compile(r"[a-z_]\w*\.[A-Z]\w*", re.ASCII)
# SQL can be long; beyond this nothing new is learnt about which tables it names.
_TEXT_CHARACTERS = 20_000


def encode(node: ast.expr) -> str:
    """The string form of an expression, as described in `facts`."""
    if isinstance(node, ast.Constant):
        return _encode_constant(node.value)
    if isinstance(node, ast.Call):
        return _encode_call(node)
    name = dotted_name(node)
    return f"{NAME}{name}" if name else OTHER


def dotted_name(node: ast.expr, *, with_keys: bool = False) -> str:
    """`a.b().c` for a chain of attributes, calls and subscripts; empty for anything else.

    Subscripts are dropped, or with `with_keys` stand like attributes where they are words: `a["b"]` is `a.b`.
    """
    parts: list[str] = []
    called = ""
    part: Any = node
    while (kind := type(part)) is not ast.Name:
        if kind is ast.Attribute:
            parts.append(part.attr + called)
            part, called = part.value, ""
        elif kind is ast.Call:
            part, called = part.func, "()"
        elif kind is ast.Subscript:
            if with_keys and isinstance(key := part.slice, ast.Constant) and _is_word(key.value):
                parts.append(f"{key.value}{called}")
                called = ""
            part = part.value
        else:
            return ""
    return ".".join([part.id + called, *reversed(parts)])


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def storable(text: str) -> str:
    """The text without lone surrogates, which Python's strings may hold and no encoding can."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _is_word(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isidentifier()


def _encode_constant(value: object) -> str:
    if isinstance(value, str):
        return TEXT + storable(value[:_TEXT_CHARACTERS])
    return f"{OTHER}{value}" if isinstance(value, bool) or value is None else OTHER


def _encode_call(node: ast.Call) -> str:
    name = dotted_name(node.func)
    if name == "getattr" and len(node.args) >= 2:
        owner, attribute = dotted_name(node.args[0]), node.args[1]
        if owner and isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
            return f"{NAME}{owner}.{attribute.value}"
    return f"{CALL}{name}{_model_in(node)}" if name else OTHER


def _model_in(node: ast.Call) -> str:
    """`'app_label.Model` where a call's first arguments, or those of a loader by keyword, read like one; empty
    otherwise.
    """
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    arguments = [*node.args, *(given[name] for name in ("app_label", "model_name") if name in given)]
    constants = [argument.value for argument in arguments[:2] if isinstance(argument, ast.Constant)]
    named = ".".join(text for text in constants if isinstance(text, str))
    return TEXT + named if _MODEL.fullmatch(named) else ""
