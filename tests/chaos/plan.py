"""What happens in which cycle? All of it is drawn from the seed.

Scripts, faults and kinds of writers are decks: each card is drawn once before any is drawn again, so that a run of
thirty cycles meets every point and every fault.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.chaos.operation import KINDS

COPYING = (
    "replicate.owned", "replicate.table_captured", "replicate.capture_installed", "replicate.installed",
    "replicate.emptied", "replicate.chunk_written", "replicate.chunk_committed", "replicate.caught_up",
    "replicate.index_built", "replicate.following",
)  # fmt: skip
FOLLOWING = (
    "follow.locked", "follow.taken", "follow.target_staged", "follow.target_committed", "follow.source_committed",
)  # fmt: skip
SWITCHING = (
    "switch.caught_up", "switch.before_gate", "switch.gate_held", "switch.sequences_set", "switch.drained",
    "switch.before_close", "switch.closed", "switch.confirmed", "switch.opened",
)  # fmt: skip
ABORTING = ("abort.stopped", "abort.table_released", "abort.capture_removed")

FAULTS = (
    "kill", "stop", "rival", "restart_monolith", "restart_service", "cut_at_commit", "half_open", "disk_full",
    "pgbouncer", "clock_jump", "writer_killed", "sessions_ended",
)  # fmt: skip
WRITERS = 4
# A log that is not there yet, or is about to go, has no disk to fill.
_WITHOUT_LOG = {"copy", "abort"}

Card = TypeVar("Card")


@dataclass(frozen=True)
class Act:
    """One command line, and where the fault strikes it."""

    step: str
    point: str
    is_back: bool = False

    @property
    def name(self) -> str:
        """As the report counts it: a switch there and a rollback pass the same points in two directions."""
        way = " (back)" if self.is_back and self.step in {"follow", "verify"} else ""
        return f"{self.step}{way} {self.point}"


@dataclass(frozen=True)
class Script:
    """Where a cycle begins, and what is done in it."""

    name: str
    station: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Cycle:
    """One cycle, wholly determined by `seed` and `number`."""

    seed: int
    number: int
    script: Script
    fault: str
    writers: tuple[str, ...]
    is_cold: bool
    is_corrupted: bool

    @property
    def entropy(self) -> random.Random:
        """For what is still drawn within the cycle."""
        return random.Random(f"{self.seed} {self.number}")

    def __str__(self) -> str:
        acts = ", ".join(act.name for act in self.script.acts)
        return (
            f"seed {self.seed} cycle {self.number}: {self.fault} at {acts}; writers {', '.join(self.writers)}"
        )


def scripts(entropy: random.Random) -> list[Script]:
    """Every script once; together they pass every point."""
    there, back = _shuffled(SWITCHING, entropy), _shuffled(SWITCHING, entropy)
    found = [Script("copy", "provisioned", (Act("replicate", point),)) for point in COPYING]
    found += [
        Script("round", "following", (Act("switch-writes", one), Act("rollback", two, is_back=True)))
        for one, two in zip(there[:5], back[:5], strict=True)
    ]
    found += [
        Script("return", "switched", (Act("rollback", two, is_back=True), Act("switch-writes", one)))
        for one, two in zip(there[5:], back[5:], strict=True)
    ]
    for is_back in (False, True):
        points = _shuffled(FOLLOWING, entropy)
        station = "switched" if is_back else "following"
        for pair in (points[:2], points[2:4]):
            found.append(Script("follow", station, tuple(Act("follow", point, is_back) for point in pair)))
        verify = Act("verify", "verify.at_barrier", is_back)
        found.append(Script("follow", station, (Act("follow", points[4], is_back), verify)))
    found += [Script("abort", "following", (Act("abort", point),)) for point in ABORTING]
    found.append(Script("recover", "following", (Act("recover", "recover.finished"),)))
    return _shuffled(found, entropy)


def all_points() -> list[str]:
    """Every point in every direction, by the name that the report counts."""
    return sorted({act.name for script in scripts(random.Random(0)) for act in script.acts})


def draw(seed: int, cycles: int) -> Iterator[Cycle]:
    """The cycles of a seed, in order."""
    entropy = random.Random(seed)
    deck: list[Script] = []
    faults: list[str] = []
    kinds: list[str] = []
    for number in range(1, cycles + 1):
        deck = deck or scripts(entropy)
        script = deck.pop()
        if len(faults) < 3:
            faults += _shuffled([*FAULTS, "kill"], entropy)
        fault = next(name for name in faults if name != "disk_full" or script.name not in _WITHOUT_LOG)
        faults.remove(fault)
        writers: list[str] = []
        while len(writers) < WRITERS:
            kinds = kinds or _shuffled(tuple(KINDS), entropy)
            kind = kinds.pop()
            writers += [kind] if kind not in writers else []
        yield Cycle(
            seed, number, script, fault, tuple(writers),
            is_cold=entropy.random() < 0.08, is_corrupted=entropy.random() < 0.34,
        )  # fmt: skip


def _shuffled(cards: Sequence[Card], entropy: random.Random) -> list[Card]:
    return entropy.sample(list(cards), len(cards))
