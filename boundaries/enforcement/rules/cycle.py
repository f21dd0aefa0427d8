"""Do contexts call each other in a circle?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Rule

RULE = Rule(
    code="BD205",
    title="cycle between contexts",
    kinds=("cycle",),
    why=(
        "Contexts in a circle can only be understood, tested and deployed together; whichever "
        "leaves first must be called by, and must call, what it left."
    ),
    fix=(
        "Turn one direction into an event: the callee publishes, the caller listens. `listens_to` "
        "closes no circle."
    ),
    remedy="Turn one direction of {target} into an event.",
)
