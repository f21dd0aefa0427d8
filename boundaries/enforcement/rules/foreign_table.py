"""Does raw SQL name another context's table?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/views.py": """\
from django.db import connection


def turnover():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount) FROM payments_payment")
        return cursor.fetchone()[0]
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.payments.public import Payments


def turnover():
    return Payments.turnover()
""",
    },
)

RULE = Rule(
    code="BD212",
    title="raw SQL on a table of another context",
    kinds=("sql",),
    why=(
        "Raw SQL passes every door. When the table leaves, the statement fails, or worse, goes on "
        "reading the copy that was left behind."
    ),
    fix=("Ask the other context's facade, or keep a projection of your own, fed by its events."),
    remedy="Ask the facade of {target_context}, or keep a projection of {target}.",
    breaks=_breaks,
    example=_EXAMPLE,
)
