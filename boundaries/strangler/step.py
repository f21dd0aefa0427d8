"""What is a step of an extraction?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from boundaries.contexts.map import Context, ContextMap
from boundaries.strangler.gate import Gate
from boundaries.strangler.models import Extraction
from boundaries.strangler.progress import Progress


@dataclass(slots=True)
class Move:
    """Everything that a step works on: the context, the map, the stored state, and what the operator asked for.

    `options` holds the step's own arguments: `percent`, `dry_run`, `yes` (the context's name, typed by the operator) …
    """

    context: Context
    map: ContextMap
    extraction: Extraction
    who: str
    why: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @property
    def name(self) -> str:
        """The context's name."""
        return self.context.name

    @property
    def dry_run(self) -> bool:
        """Whether to say only what would be done."""
        return bool(self.options.get("dry_run"))


class Step(Protocol):
    """One step. Idempotent: it may be killed at any instruction and run again.

    `comes_after` names the step that must be done before; empty for those that may run at any time.
    `destructive` steps ask for the context's name.
    """

    name: str
    what: str
    way_back: str
    comes_after: str
    destructive: bool

    def gates(self, move: Move) -> Iterable[Gate]:
        """What must be true; looked at just before the run. Changes nothing."""
        ...

    def describe(self, move: Move) -> list[str]:
        """What `run` would do, line by line, for `--dry-run`. Changes nothing."""
        ...

    def run(self, move: Move) -> dict[str, Any]:
        """Do it, and return the figures worth keeping."""
        ...


@runtime_checkable
class Rendered(Protocol):
    """A step whose figures are worth more than a line on a terminal."""

    def render(self, figures: dict[str, Any]) -> str:
        """The figures of `run` as text."""
        ...
