"""What was measured in a rehearsal?

None means that it was not: the rehearsal ended before, and the report says so in red.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from boundaries.errors import BoundaryError
from boundaries.strangler.rehearsal.journal import Journal
from boundaries.strangler.rehearsal.pause import Pause, pause_of


class AuditUnreadable(BoundaryError):
    """Raised when the audit command printed something else than the documented JSON object."""

    code = "BD581"
    problem = "The audit's answer cannot be read: {reason}."
    remedy = "It prints one JSON object; boundaries/strangler/rehearsal/measurement.py documents it."


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One step of the journey. `detail` is why it was refused or failed, or a remark."""

    name: str
    started_at: float
    seconds: float
    result: Literal["ok", "refused", "failed"]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One change of the writer: when the gate was asked for and when the target opened, since the epoch."""

    kind: Literal["switch", "rollback"]
    asked_at: float
    opened_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests a second: what all-local and all-remote can do, and what was offered during the journey."""

    capacity_local_rps: float
    capacity_remote_rps: float
    offered_rps: float

    @property
    def capacity_rps(self) -> float:
        """The smaller of both."""
        return min(self.capacity_local_rps, self.capacity_remote_rps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """The copy of what was there before: how much, how long."""

    rows: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Rows compared over all runs of `verify`, and the differences that were found."""

    rows_compared: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Calls whose two answers were compared, and those that differed."""

    calls: int
    mismatches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What became of the monolith's code and tables after `complete`; `left_behind` are objects of the kit."""

    files_deleted: int
    tables_retired: Sequence[str]
    left_behind: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit that knows nothing of the kit found in the databases, held against the load's journal.

    The audit command prints it as one JSON object with these keys: `writes` with `acknowledged`, `lost`,
    `duplicated` and perhaps `unknown`; `money` with `conserved`; `discrepancies`, a list of sentences.
    """

    acknowledged: int
    lost: int
    duplicated: int
    is_money_conserved: bool
    unknown: int = 0
    discrepancies: Sequence[str] = ()

    @classmethod
    def from_json(cls, printed: Mapping[str, Any]) -> Audit:
        """What the audit command printed.

        :raises AuditUnreadable: naming what is missing.
        """
        try:
            writes = printed["writes"]
            return cls(
                acknowledged=int(writes["acknowledged"]),
                lost=int(writes["lost"]),
                duplicated=int(writes["duplicated"]),
                unknown=int(writes.get("unknown", 0)),
                is_money_conserved=printed["money"]["conserved"] is True,
                discrepancies=tuple(map(str, printed.get("discrepancies", ()))),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AuditUnreadable(reason=repr(error)) from error


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a figure is bad."""

    pause_excess_ms: float = 300.0
    stall_ms: float = 800.0
    lowest_load: float = 0.60
    highest_load: float = 0.75
    lowest_achieved: float = 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Everything that a report is made of. `facts` are shown as they are: versions, sizes, cores."""

    context: str
    steps: Sequence[StepTaken] = ()
    switches: Sequence[Switch] = ()
    journal: Journal = field(default_factory=Journal)
    load: Load | None = None
    backfill: Backfill | None = None
    verification: Verification | None = None
    shadow: Shadow | None = None
    audit: Audit | None = None
    soak_seconds_required: float | None = None
    departure: Departure | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def pauses(self, kind: str) -> list[tuple[Switch, Pause]]:
        """The write pauses of all switches of this kind, in their order."""
        return [
            (switch, pause_of(self.journal, asked_at=switch.asked_at, opened_at=switch.opened_at))
            for switch in self.switches
            if switch.kind == kind
        ]

    def worst_pause(self, kind: str) -> tuple[Switch, Pause] | None:
        """The one that exceeded its baseline most; None when there was none."""
        return max(self.pauses(kind), key=lambda pair: pair[1].excess_ms, default=None)
