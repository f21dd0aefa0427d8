"""What is a rule of the lint, and what does it say when it is broken?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from boundaries.contexts.map import Context, Severity
from boundaries.enforcement.link import Link


@dataclass(frozen=True)
class Example:
    """A few files that break a rule, and the same after the fix: path to text. Tests check both.

    A file that `after` leaves out stays as it was.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One rule: a code, the kinds that it judges, and what people read.

    `breaks(link, source, target)` says whether a link between two contexts breaks it; rules over the whole
    project leave it out. `remedy` may use the names of a coupling's fields. A `warning` is counted and never
    fails; the map may say otherwise. `codemod` is the command that does the fix, where there is one.
    """

    code: str
    title: str
    kinds: tuple[str, ...]
    why: str
    fix: str
    remedy: str
    severity: Severity = "error"
    breaks: Callable[[Link, Context, Context], bool] | None = None
    example: Example = field(default_factory=lambda: Example({}, {}))
    codemod: str = ""
