"""Which steps are there, and in which order?"""

from __future__ import annotations

from functools import cache

from boundaries.strangler.step import Step

JOURNEY = (
    "plan", "scaffold", "provision", "replicate", "verify", "shadow", "switch-reads", "switch-writes", "complete"
)  # fmt: skip


@cache
def all_steps() -> dict[str, Step]:
    """Every step by name: the journey in its order, then those that may be run at any time."""
    from boundaries.strangler.steps import (
        abort,
        complete,
        plan,
        provision,
        recover,
        replicate,
        rollback,
        scaffold,
        shadow,
        switch_reads,
        switch_writes,
        verify,
    )

    modules = (
        plan, scaffold, provision, replicate, verify, shadow, switch_reads, switch_writes, complete, rollback, abort,
        recover,
    )  # fmt: skip
    return {module.STEP.name: module.STEP for module in modules}


def next_step(reached: str) -> str | None:
    """The step after the one reached; None at the end of the journey."""
    if not reached:
        return JOURNEY[0]
    position = JOURNEY.index(reached) + 1
    return JOURNEY[position] if position < len(JOURNEY) else None
