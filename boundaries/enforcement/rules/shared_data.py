"""Do two deployables keep their data in one place?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_MAP = """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
"""
_EXAMPLE = Example(
    before={
        "boundaries.toml": _MAP,
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
        "services/payments/shop/payments/local.py": """\
from django.db import connection


def overdue():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bookings_booking WHERE paid IS NULL")
        return cursor.fetchall()
""",
    },
    after={
        "services/payments/shop/payments/local.py": """\
from shop.bookings.public import Bookings


def overdue():
    return Bookings.unpaid()
""",
    },
)

RULE = Rule(
    code="BD240",
    title="data shared between deployables",
    kinds=("service",),
    why=(
        "Two deployables on one table are one program in two parts: neither may change the table alone, and nobody"
        " owns its rows. Found are one database named for two services, models of another context in a service, and"
        " SQL that names another context's tables by the names that Django gives them."
    ),
    fix=(
        "Give each service a database of its own. Ask the owner's facade for what is its, or keep a projection fed"
        " by its events."
    ),
    remedy="Ask the facade of {target_context}, or keep a projection of its events.",
    example=_EXAMPLE,
)
