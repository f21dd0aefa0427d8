"""Does a model inherit from a model of another context?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/models.py": """\
from shop.payments.models import Payment


class Deposit(Payment):
    pass
""",
    },
    after={
        "shop/bookings/models.py": """\
from boundaries import Reference
from django.db import models


class Deposit(models.Model):
    payment = Reference("payments.Payment", unique=True)
""",
    },
)

RULE = Rule(
    code="BD208",
    title="model inherited across contexts",
    kinds=("inheritance",),
    why=(
        "A child table shares its primary key with its parent's row; a proxy is the parent's table;"
        " an abstract base brings its owner's columns, methods and migrations. Whichever it is, "
        "neither context can change alone."
    ),
    fix=(
        "Move an abstract base that many use into a context with `shared = true`. Replace a parent "
        "table by a `Reference` and a proxy by a facade."
    ),
    remedy="Move the base into a shared context, or hold a Reference to {target}.",
    breaks=_breaks,
    example=_EXAMPLE,
)
