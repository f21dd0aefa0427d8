"""What must be true before a step may run?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from boundaries.errors import BoundaryError


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a step: its name, whether it holds, the figure that was found, and what to do about it."""

    name: str
    passed: bool
    figure: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)


class GateRefused(BoundaryError):
    """Raised when a step's gate does not hold; nothing has been changed."""

    code = "BD501"
    problem = "{context}: {step} is refused by the gate '{gate}': {figure}."
    remedy = "{advice}"


class GateUnanswered(BoundaryError):
    """Raised when a step's gate could not be asked, for example because a database is away; nothing has been changed."""

    code = "BD545"
    problem = "{context}: whether {step} may run could not be found out. {reason}"
    remedy = "{advice}"


def require(context: str, step: str, gates: Iterable[Gate]) -> list[dict[str, Any]]:
    """Refuse at the first gate that does not hold; otherwise all of them as JSON-ready values.

    :raises GateRefused: with the figure and the remedy.
    """
    gates = list(gates)
    for gate in gates:
        if not gate.passed:
            raise GateRefused(
                context=context, step=step, gate=gate.name, figure=gate.figure, advice=gate.remedy
            )
    return [gate.as_dict() for gate in gates]
