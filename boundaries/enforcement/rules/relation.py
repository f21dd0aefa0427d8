"""Does a model point at a model of another context?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(link: Link, _source: Context, _target: Context) -> bool:
    return not link.is_constraint


_EXAMPLE = Example(
    before={
        "shop/bookings/models.py": """\
from django.db import models


class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.DO_NOTHING, db_constraint=False)
""",
    },
    after={
        "shop/bookings/models.py": """\
from boundaries import Reference
from django.db import models


class Booking(models.Model):
    payment = Reference("payments.Payment")
""",
    },
)

RULE = Rule(
    code="BD203",
    title="relation across contexts",
    kinds=("relation", "generic"),
    why=(
        "A relation lets the ORM join, prefetch and cascade over two contexts. None of this works "
        "when the other table lies in another database, constraint or not."
    ),
    fix=(
        "Keep the identifier and lose the relation: replace the field by "
        "`boundaries.facades.Reference`, which keeps the column, and ask the other context's facade"
        " for what you showed through it."
    ),
    remedy='Replace the field by Reference("{target}").',
    breaks=_breaks,
    example=_EXAMPLE,
    codemod="boundaries fix BD203",
)
