"""Which ORM paths does a class list in its options: an admin class, a form, a serializer, a filterset, a view?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from boundaries.enforcement.source.expression import dotted_name, encode
from boundaries.enforcement.source.facts import NAME, PathInLookup

# Options that name columns, where a path has `__`; and those whose every name is walked to the other table.
_PATHS = frozenset(
    {
        "date_hierarchy", "fields", "filter_fields", "filterset_fields", "list_display", "list_filter", "order_by",
        "ordering", "ordering_fields", "search_fields", "sortable_by",
    }
)  # fmt: skip
_JOINS = frozenset(
    {"autocomplete_fields", "filter_horizontal", "filter_vertical", "list_select_related", "raw_id_fields"}
)
# Keywords of a declared field that name a path: a serializer's, a filter's, a table column's.
_KEYWORDS = frozenset({"source", "field_name", "accessor"})
_PATH = re.compile(r"[\^=@$-]?([A-Za-z]\w*)$")


def model_in(name: str, value: ast.expr) -> str:
    """The expression of the model that a class works on, where an attribute tells: `model` or `queryset`."""
    if name == "model":
        return encode(value)
    dotted = dotted_name(value) if name == "queryset" else ""
    return f"{NAME}{dotted}" if dotted else ""


def paths_in_option(name: str, value: ast.expr) -> Iterator[PathInLookup]:
    """The paths in one attribute of a class: `search_fields = (...)` or `total = Filter(field_name="...")`."""
    if name in _PATHS or name in _JOINS:
        for text in _texts(value):
            yield from _path(text, is_join=name in _JOINS)
    elif isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg in _KEYWORDS and isinstance(keyword.value, ast.Constant):
                yield from _path(keyword.value, is_join=False)


def _path(node: ast.Constant, *, is_join: bool) -> Iterator[PathInLookup]:
    found = _PATH.match(str(node.value).replace(".", "__"))
    if found and (is_join or "__" in found[1]):
        yield PathInLookup(found[1], node.lineno, node.col_offset + 1, is_join)


def _texts(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node
    elif isinstance(node, ast.List | ast.Set | ast.Tuple):
        for item in node.elts:
            # `("path", Filter)` in list_filter
            yield from _texts(item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item)
    elif isinstance(node, ast.Dict):
        for key in node.keys:
            if key is not None:
                yield from _texts(key)
    elif isinstance(node, ast.BinOp):
        yield from _texts(node.left)
        yield from _texts(node.right)
