"""What does one place do with something that another context owns?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from boundaries.enforcement.source.project import Symbol

# `get` to `count` ask; `create` to `delete` change; `call` calls a function, and
# `mention` is whatever no operation can stand for: a base class, an annotation, a constant.
Verb = Literal["get", "filter", "exists", "count", "create", "update", "delete", "call", "mention"]
ASKS: frozenset[Verb] = frozenset({"get", "filter", "exists", "count"})


@dataclass(frozen=True, slots=True)
class Use:
    """One use of `symbol`, at `path`:`line`, by `context`.

    `keys` are the columns that rows are chosen by, `values` those that are set, `reads` the attributes read of what
    comes back; `name` is the function's, or what hangs on a mention. `in_loop` when one query is made for each turn of a loop.
    """

    context: str
    path: str
    line: int
    scope: str
    symbol: Symbol
    verb: Verb
    name: str = ""
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    in_loop: bool = False
