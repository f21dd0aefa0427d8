"""Where in a file could something stand that couples?

Found in the bytes, so that most of a tree is neither parsed nor walked. Every pattern begins with letters or a mark,
which makes it ten times as fast as one that begins with a boundary or a choice.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

from boundaries.enforcement.source.lookup import MANAGERS, RELATED_METHODS

# An attribute that is a manager, a call on one, and the end of a dotted path or of a file's name in a string.
_ATTRIBUTE = re.compile(
    rb"\.(?:(?:" + "|".join(MANAGERS).encode() + rb"|RelatedObjectDoesNotExist)\b|[\w*:]+['\"]"
    rb"|(?!kwargs|data\b|cleaned_data|headers|session|cache)[a-z_]\w*\s*\.\s*(?:"
    + "|".join(sorted(RELATED_METHODS)).encode()
    + rb")\()"
)
# `order = self.order`, another name for the same; `Order = get_order_model()`; `paid__amount=` and "paid__amount";
# `payment_set`; `user.profile`; {"task": ...}, task_routes, beat_schedule; what a field's class gives its base;
# a function that makes a field.
_OTHERS = (
    re.compile(rb" = [a-z_]\w*(?:\.\w+)+\r?\n"),
    re.compile(rb"_model\(\)\r?\n"),
    re.compile(rb"__(?<=[a-z0-9]__)[a-z]"),
    re.compile(rb"_set\b"),
    re.compile(rb"user\.[a-z_]"),
    re.compile(rb"task(?:['\"]\s*:|_routes)"),
    re.compile(rb"beat_schedule"),
    re.compile(rb"TASK_ROUTES"),
    re.compile(rb"BEAT_SCHEDULE"),
    re.compile(rb"to(?:['\"]|=[A-Za-z_'\"]| = )"),
    re.compile(rb"through(?:['\"]|=| = )"),
    re.compile(rb"kwargs(?:\[|\.setdefault\(|\.update\()['\"]?(?=related_name)"),
    re.compile(rb"__init__\(\s*(?:['\"]|[\w.]*[A-Z]|get_user|[^)]*related_name=)"),
    re.compile(rb"return [\w.]*(?:Key|Field|Relation)\("),
)

_OPERATIONS = b"\n    operations = ["
# The endings of files that strings name.
ENDINGS = "html?|txt|xml|jinja2?|j2|mjml|eml|svg|tex|md|csv|json|js"
_FILE = re.compile(rf"\.(?:{ENDINGS})['\"]".encode())


def places(content: bytes, callees: Iterable[str], attributes: Iterable[str] = ()) -> list[int]:
    """Where a call of one of the names or a mark of a fact stands, in order.

    With `attributes`: where one of these stands, and what else stands in the functions around them.
    """
    calls = [match.start() for match in _calls(frozenset(callees)).finditer(content)]
    others = [match.start() for pattern in (_ATTRIBUTE, *_OTHERS) for match in pattern.finditer(content)]
    if (span := operations(content)) is not None:
        others = [at for at in others if not span[0] < at < span[1] or _FILE.match(content, at)]
    if not attributes:
        return sorted(calls + others)
    wanted = [match.start() for name in attributes for match in re.finditer(rf"\.{name}\b".encode(), content)]
    return sorted(wanted + _beside(content, wanted, calls + others))


def _beside(content: bytes, wanted: Iterable[int], places: Iterable[int]) -> list[int]:
    """The places between the same two headers of functions as a wanted one."""
    headers = [match.start() for match in re.finditer(rb"def ", content)]
    around = {bisect_left(headers, at) for at in wanted}
    return [at for at in places if bisect_left(headers, at) in around]


def operations(content: bytes) -> tuple[int, int] | None:
    """Where the items of a migration's `operations` stand. Only calls and names of files couple there: the rest is
    said by the models.
    """
    start = content.find(_OPERATIONS)
    end = content.find(b"\n    ]", start) if start >= 0 and b"class Migration(" in content else -1
    return (start + len(_OPERATIONS), end) if end >= 0 else None


class Lines:
    """The lines of one file that are worth a look."""

    def __init__(self, content: bytes, found: Iterable[int]) -> None:
        self._numbers = list(_numbers(content, found))
        self._known = frozenset(self._numbers)

    def hold(self, node: ast.AST) -> bool:
        """Whether one of them is a line of a node; a node without a place of its own may hold anything."""
        try:
            first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        except AttributeError:
            return True
        return first in self._known if first == last else self._touch(first, last)

    def hold_statement(self, node: ast.stmt) -> bool:
        """The same for a statement, whose decorators stand above it."""
        decorators = getattr(node, "decorator_list", None)
        return self._touch(decorators[0].lineno, node.end_lineno or 0) if decorators else self.hold(node)

    def _touch(self, first: int, last: int) -> bool:
        at = bisect_left(self._numbers, first)
        return at < len(self._numbers) and self._numbers[at] <= last


@cache
def _calls(names: frozenset[str]) -> re.Pattern[bytes]:
    """An opening bracket with one of the names before it; names of one length are looked for at once."""
    by_length: dict[int, list[str]] = {}
    for name in sorted(names):
        by_length.setdefault(len(name), []).append(re.escape(name))
    behind = "|".join(rf"(?<=\b(?:{'|'.join(alike)})\()" for alike in by_length.values()) or "(?!)"
    return re.compile(rf"\((?:{behind})".encode())


def _numbers(content: bytes, found: Iterable[int]) -> Iterator[int]:
    """The line of each place; places ascend."""
    line, start = 1, 0
    for place in found:
        line += content.count(b"\n", start, place)
        start = place
        yield line
