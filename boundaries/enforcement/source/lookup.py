"""Which ORM paths does one call of a queryset name?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from boundaries.enforcement.source.facts import PathInLookup
from boundaries.enforcement.source.statement import children

_BY_KEYWORD = frozenset({"filter", "exclude", "get", "aget"})
_BY_EXPRESSION = frozenset({"annotate", "alias", "aggregate", "update"})
_BY_STRING = frozenset(
    {
        "values",
        "values_list",
        "order_by",
        "only",
        "defer",
        "distinct",
        "earliest",
        "latest",
        "dates",
        "datetimes",
    }
)
JOINING = frozenset({"select_related", "prefetch_related", "Prefetch", "prefetch_related_objects"})
_EXPRESSIONS = frozenset(
    {"F", "Count", "Sum", "Avg", "Max", "Min", "Prefetch", "OuterRef", "Coalesce", "ArrayAgg", "StringAgg"}
)
METHODS = _BY_KEYWORD | _BY_EXPRESSION | _BY_STRING | JOINING
# What is called on a related manager: `order.payments.all()`.
RELATED_METHODS = METHODS - {"Prefetch", "prefetch_related_objects", "dates", "datetimes"} | {
    "add", "all", "aall", "acount", "acreate", "aexists", "afirst", "bulk_create", "clear", "count", "create",
    "delete", "exists", "first", "get_or_create", "in_bulk", "iterator", "last", "none", "remove",
    "select_for_update", "set", "update_or_create", "using",
}  # fmt: skip
# A chain of queryset calls that starts at a model goes through one of these.
MANAGERS = ("objects", "all_objects", "_default_manager", "_base_manager")
_PATH = re.compile(r"-?[A-Za-z]\w*$")


def paths_in(call: ast.Call, method: str) -> Iterator[PathInLookup]:
    """The paths of one call: keywords of a filter, strings of the others, and those in `Q`, `F` and aggregates."""
    if method in _BY_KEYWORD:
        yield from _keywords(call)
    if method in _BY_STRING or method in JOINING:
        for argument in call.args:
            yield from _string(argument, is_join=method in JOINING)
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _expressions(value)


def _expressions(node: ast.AST) -> Iterator[PathInLookup]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in METHODS and name != "Prefetch":
            return  # a query of its own
        if name == "Q":
            yield from _keywords(node)
        elif name in _EXPRESSIONS and node.args:
            yield from _string(node.args[0], is_join=name in JOINING)
    for child in children(node):
        yield from _expressions(child)


def _keywords(call: ast.Call) -> Iterator[PathInLookup]:
    for keyword in call.keywords:
        if keyword.arg:
            yield PathInLookup(keyword.arg, keyword.lineno, keyword.col_offset + 1, is_join=False)
        elif isinstance(keyword.value, ast.Dict):
            for key in keyword.value.keys:
                if key is not None:
                    yield from _string(key, is_join=False)


def _string(node: ast.AST, *, is_join: bool) -> Iterator[PathInLookup]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _PATH.match(node.value):
        yield PathInLookup(node.value.lstrip("-"), node.lineno, node.col_offset + 1, is_join)
