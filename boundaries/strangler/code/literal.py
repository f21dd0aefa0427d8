"""How is a plain value written so that a formatter would not touch it?"""

from __future__ import annotations

import ast
import json
from typing import Any

WIDTH = 88


def is_plain(node: ast.expr) -> bool:
    """Whether an expression is a literal: no name, no call, nothing that needs the project to be there."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def assign(name: str, value: Any) -> str:
    """`name = value`, over several lines where it is too long for one."""
    line = f"{name} = {write(value)}"
    if len(line) <= WIDTH or not isinstance(value, list | tuple | set | dict) or not value:
        return line
    opening, closing = _brackets(value)
    inner = "".join(f"    {item},\n" for item in _items(value))
    return f"{name} = {opening}\n{inner}{closing}"


def assign_call(name: str, callee: str, *arguments: str) -> str:
    """`name = callee(arguments)`, over several lines where it is too long for one."""
    joined = ", ".join(arguments)
    line = f"{name} = {callee}({joined})"
    if len(line) <= WIDTH:
        return line
    if len(joined) + 4 <= WIDTH:
        return f"{name} = {callee}(\n    {joined}\n)"
    return f"{name} = {callee}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def write(value: Any) -> str:
    """A value of standard types in double quotes, on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict) or (isinstance(value, list | tuple | set) and value):
        opening, closing = _brackets(value)
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return opening + ", ".join(_items(value)) + comma + closing
    return repr(value)


def _items(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{write(key)}: {write(item)}" for key, item in value.items()]
    return [write(item) for item in (sorted(value, key=repr) if isinstance(value, set) else value)]


def _brackets(value: Any) -> tuple[str, str]:
    if isinstance(value, list):
        return "[", "]"
    return ("(", ")") if isinstance(value, tuple) else ("{", "}")
