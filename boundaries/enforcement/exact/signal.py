"""Which connected receivers listen to another context?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """Receivers of another context's model, and of a signal that another context defines."""
    for receiver in observation.receivers:
        target, module = receiver.sender, receiver.sender_module or ""
        if target is None:
            target = _defined(receiver.signal, ground)
            module = target.rpartition(".")[0]
        link = ground.link(
            kind="signal",
            module=receiver.module,
            qualname=receiver.qualname,
            line=receiver.line,
            target=target,
            target_module=module,
            detail=receiver.signal.rpartition(".")[2],
        )
        if link is not None:
            yield link


def _defined(signal: str, ground: Ground) -> str:
    """The dotted name of a signal where it is defined: the running project may have met it where it is imported."""
    symbol = ground.analysis.project.find(signal)
    return f"{symbol.module}.{symbol.qualname}" if symbol.is_inside else signal
