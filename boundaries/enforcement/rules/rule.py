"""What is a rule of the lint, and what does it say when it is broken?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from boundaries.contexts.map import Context
from boundaries.enforcement.kinds.link import Link

Severity = Literal["error", "note"]


@dataclass(frozen=True)
class Rule:
    """One rule: a code, the kinds that it judges, and what people read.

    `breaks(link, source, target)` says whether a link between two contexts breaks it; rules over the whole
    project leave it out. `remedy` may use the names of a coupling's fields. A `note` is counted and never
    fails.
    """

    code: str
    title: str
    kinds: tuple[str, ...]
    why: str
    fix: str
    remedy: str
    severity: Severity = "error"
    breaks: Callable[[Link, Context, Context], bool] | None = None
