"""What does the declaration of a foreign key become?"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boundaries.strangler.codemod.text import Text

if TYPE_CHECKING:
    import libcst as cst

# A message can carry these out; what `SET(...)` and `SET_DEFAULT` set is decided at the other end.
_MEANINGS = frozenset({"CASCADE", "DO_NOTHING", "PROTECT", "RESTRICT", "SET_NULL"})
_KEPT = frozenset(
    {
        "to", "on_delete", "to_field", "null", "blank", "db_index", "unique", "db_column", "verbose_name", "help_text",
        "default", "db_default", "editable", "validators", "error_messages", "db_comment", "serialize",
    }
)  # fmt: skip
_DROPPED = frozenset({"related_name", "related_query_name", "db_constraint"})


class NotSure(Exception):
    """Why a place is left to people."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declaration as it stands: its statement and call, and what it says by keyword."""

    name: str
    call: ast.Call
    said: dict[str, ast.expr]

    @property
    def is_one_to_one(self) -> bool:
        """Whether the way back leads to one object."""
        return ast.unparse(self.call.func).endswith("OneToOneField")

    @property
    def to_field(self) -> str:
        """The field by which it points; empty for the primary key."""
        value = self.said.get("to_field")
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def declaration_at(text: Text, line: int, column: int) -> ForeignKey:
    """The foreign key that is declared at a place (1-based).

    :raises NotSure: when something else stands there, or it is put together in a way that is not understood.
    """
    for node in ast.walk(text.tree):
        if isinstance(node, ast.Assign) and (node.lineno, node.col_offset + 1) == (line, column):
            [target, value] = [node.targets[0], node.value]
            if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                return ForeignKey(target.id, value, _said(value))
    raise NotSure("it is not declared as `name = ForeignKey(...)`")


def as_reference(text: Text, key: ForeignKey, *, label: str, to_type: str, models: str) -> str:
    """The call of `Reference` that takes its place; comments and line breaks stay.

    `to_type` is without its module, `models` the name of that; an empty type is left out.
    """
    import libcst as cst

    call = cst.parse_expression(text.of(key.call))
    assert isinstance(call, cst.Call)
    names = _names(key.call)
    kept = [arg for arg, name in zip(call.args, names, strict=True) if name not in _DROPPED]
    kept[names.index("to")] = _pointing(kept[names.index("to")], key.said["to"], label, text.quote)
    added = ["unique=True"] if key.is_one_to_one and "unique" not in names else []
    added += [f"to_type={models}.{to_type}"] if to_type else []
    args = _ended_alike(kept, call.args[-1]) if kept[-1] is not call.args[-1] else kept
    for extra in added:
        args = _with_extra(args, extra)
    made: str = cst.Module([]).code_for_node(call.with_changes(func=cst.Name("Reference"), args=args))
    return made


def _said(call: ast.Call) -> dict[str, ast.expr]:
    names = _names(call)
    if "to" not in names:
        raise NotSure("it does not say what it points at")
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    said = dict(zip(names, values, strict=True))
    unknown = sorted(said.keys() - _KEPT - _DROPPED)
    if unknown:
        raise NotSure(f"{unknown[0]} has no equal in a Reference")
    meaning = said.get("on_delete")
    last = ast.unparse(meaning).rpartition(".")[2] if meaning else ""
    if last not in _MEANINGS:
        raise NotSure(f"on_delete={last or 'nothing'} cannot be carried out by a message")
    return said


def _names(call: ast.Call) -> list[str]:
    """What each argument is, by keyword or by place, in the order of the call."""
    if any(isinstance(argument, ast.Starred) for argument in call.args) or len(call.args) > 2:
        raise NotSure("its arguments are not all written out")
    names = ["to", "on_delete"][: len(call.args)]
    for keyword in call.keywords:
        if keyword.arg is None:
            raise NotSure("its arguments are not all written out")
        names.append(keyword.arg)
    return names


def _pointing(argument: cst.Arg, said: ast.expr, label: str, quote: str) -> cst.Arg:
    """The first argument with a label in place of a class; a setting stays, since it holds a label."""
    import libcst as cst

    if ast.unparse(said).endswith("settings.AUTH_USER_MODEL"):
        return argument
    if isinstance(said, ast.Constant) and str(said.value).lower() == label.lower():
        return argument
    return argument.with_changes(value=cst.SimpleString(f"{quote}{label}{quote}"))


def _ended_alike(args: list[cst.Arg], last: cst.Arg) -> list[cst.Arg]:
    """The arguments, the last one followed by what followed the old last one."""
    end = args[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return [*args[:-1], end]


def _with_extra(args: list[cst.Arg], extra: str) -> list[cst.Arg]:
    """One more argument at the end, on a line of its own where the others are."""
    import libcst as cst

    call = cst.parse_expression(f"f({extra})")
    assert isinstance(call, cst.Call)
    last = args[-1]
    added = call.args[0].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    between = args[0].comma if len(args) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    before = last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))
    return [*args[:-1], before, added]
