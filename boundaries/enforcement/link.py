"""What has been found between two contexts, before any rule has judged it?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """One place that reaches from one context into another. The fields are those of a `Coupling`.

    `module` is the dotted module that is reached, where there is one; `is_constraint` says whether the
    database holds the link too.
    """

    kind: str
    path: str
    line: int
    column: int
    source_context: str
    target_context: str
    source: str
    target: str
    evidence: str = "static"
    detail: str = ""
    module: str = ""
    is_constraint: bool = False


def symbol_name(module: str, qualname: str) -> str:
    """`module:qualname`; code outside every class and function stands under `<module>`."""
    return f"{module}:{qualname or '<module>'}"
