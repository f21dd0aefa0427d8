"""Does a service need another one to come up?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
facade = "shop.bookings.public:Bookings"

[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
""",
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
        "services/payments/shop/payments/rates.py": """\
from shop.bookings.public import Bookings

CURRENCIES = Bookings.currencies()
""",
    },
    after={
        "services/payments/shop/payments/rates.py": """\
from functools import cache

from shop.bookings.public import Bookings


@cache
def currencies():
    return Bookings.currencies()
""",
    },
)

RULE = Rule(
    code="BD246",
    title="call while a service starts",
    kinds=("service",),
    why=(
        "A service that calls another one while its modules load, or in `AppConfig.ready()`, comes up only after that"
        " one. After an outage nothing comes up but in the right order, and nobody remembers it."
    ),
    fix="Ask when the answer is first needed, and go on without it for a while; or keep a projection.",
    remedy="Ask {target_context} when the answer is first needed.",
    example=_EXAMPLE,
)
