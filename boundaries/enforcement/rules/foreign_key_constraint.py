"""Does the database hold a constraint between two contexts' tables?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.kinds.link import Link
from boundaries.enforcement.rules.rule import Rule


def _breaks(link: Link, _source: Context, _target: Context) -> bool:
    return link.is_constraint


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
)
