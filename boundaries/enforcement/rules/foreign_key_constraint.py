"""Does the database hold a constraint between two contexts' tables?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(link: Link, _source: Context, _target: Context) -> bool:
    return link.is_constraint


_EXAMPLE = Example(
    before={
        "shop/bookings/models.py": """\
from django.db import models


class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.PROTECT)
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
    code="BD204",
    title="foreign key constraint across contexts",
    kinds=("relation",),
    why=(
        "A foreign key cannot span two databases: while it stands, neither table can move. It also "
        "lets a delete in one context cascade into, or be refused by, another."
    ),
    fix=(
        "Replace the field by `boundaries.facades.Reference`: same name, same column, same index, "
        "no constraint. The migration only drops the constraint. Then replace joins by calls of the"
        " other context's facade."
    ),
    remedy='Replace the field by Reference("{target}"): the column stays, the constraint goes.',
    breaks=_breaks,
    example=_EXAMPLE,
    codemod="boundaries fix BD204",
)
