"""Do services call each other in a circle?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_SERVICES = """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = [{calls}]
listens_to = ["bookings"]

[contexts.payments.service]
path = "services/payments"
"""
_EXAMPLE = Example(
    before={
        "boundaries.toml": _SERVICES.format(calls='"bookings"'),
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
    },
    after={"boundaries.toml": _SERVICES.format(calls="")},
)

RULE = Rule(
    code="BD241",
    title="services that call each other in a circle",
    kinds=("service",),
    why=(
        "In a circle every service waits for itself: one that is slow makes all slow, none can be released or restarted"
        " alone, and full pools lock each other up. What the map and the services' own maps declare as `calls` counts."
    ),
    fix="Turn one direction into an event: the callee publishes, the caller listens. `listens_to` closes no circle.",
    remedy="Turn one direction of {target} into an event.",
    example=_EXAMPLE,
)
