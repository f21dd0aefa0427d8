"""What did the benches find, and is it good enough?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `peer` says what it was measured against; without a bound it is only told."""

    name: str
    value: float
    unit: str
    bound: float | None
    better: Literal["lower", "higher"]
    peer: str

    @property
    def ok(self) -> bool:
        """Whether the value keeps the bound."""
        if self.bound is None:
            return True
        return self.value <= self.bound if self.better == "lower" else self.value >= self.bound

    def as_dict(self) -> dict[str, object]:
        """As JSON-ready values."""
        return {**asdict(self), "value": float(f"{self.value:.4g}"), "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Absent:
    """A bench that could not be run."""

    name: str
    reason: str


def write_report(path: Path, rows: Sequence[Row]) -> None:
    """Write the list of rows; one that could not be run is not in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([row.as_dict() for row in rows], indent=2) + "\n")


def exit_code(rows: Sequence[Row], absent: Sequence[Absent]) -> int:
    """0 when every bench ran and every bound is kept."""
    return 0 if rows and not absent and all(row.ok for row in rows) else 1


def as_table(rows: Sequence[Row], absent: Sequence[Absent]) -> str:
    """The rows for a reader."""
    lines = [("", "name", "value", "bound", "against")]
    lines += [("✓" if row.ok else "✗", row.name, _value(row), _bound(row), row.peer) for row in rows]
    lines += [("✗", one.name, "-", "", f"could not be run: {one.reason}") for one in absent]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[4]]).rstrip()
        for line in lines
    )


def _value(row: Row) -> str:
    number = f"{row.value:,.0f}" if row.value >= 100 else f"{row.value:.2f}"
    return f"{number} {row.unit}"


def _bound(row: Row) -> str:
    if row.bound is None:
        return ""
    return f"{'≤' if row.better == 'lower' else '≥'} {row.bound:g}"
